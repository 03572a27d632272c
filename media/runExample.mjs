// npm run example [NAME...]: builds the library and runs examples of media/examples/, all that are programs if none is named.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const programs = ["basicFuture", "withFuture"];
const asked = process.argv.slice(2).map((name) => path.basename(name, ".ts"));
const examples = asked.length > 0 ? asked : programs;

for (const example of examples) {
  if (existsSync(path.join(root, "media", "examples", `${example}.ts`))) continue;
  console.error(`There is no example ${example}. These are programs: ${programs.join(", ")}`);
  process.exit(2);
}

const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
let code = node("esbuild.mjs", "--silent");
for (const example of code === 0 ? examples : []) {
  if (examples.length > 1) console.log(`--- ${example}`);
  code ||= node(path.join("dist", "cli", "main.js"), "run", path.join("media", "examples", `${example}.ts`));
}
process.exitCode = code;
