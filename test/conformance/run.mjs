// @ts-check
// Runs the tests of the conformance table and prints it: npm run -s conformance [-- --markdown]
import { printTable } from "../support/printTable.mjs";

await printTable("conformance");
