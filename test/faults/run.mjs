// @ts-check
// Runs the tests of the fault matrix and prints it: npm run -s faults [-- --markdown]
import { printTable } from "../support/printTable.mjs";

await printTable("faults");
