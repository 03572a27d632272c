// @ts-check
// What a run needs before it can measure: the current build, the peers, the editor.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installHost } from "../host/install.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");

/**
 * Builds dist/, so that what is measured is what the sources say.
 * @throws {Error} If the build fails.
 */
export function build() {
  run(process.execPath, ["esbuild.mjs"], root);
}

/**
 * Installs the peers into test/bench/node_modules if they are not there in the versions that package.json names. The optional ones have parts for some
 * platforms only: without them the rest is installed all the same, and the measure says what is missing.
 * @param {(text: string) => void} say
 * @throws {Error} If the npm registry cannot be reached.
 */
export function installPeers(say) {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(path.join(here, "package.json"), "utf8"));
  const missing = Object.entries({ ...dependencies, ...optionalDependencies }).filter(([name, version]) => installedVersion(name) !== version);
  if (missing.length === 0) return;
  say(`installing ${missing.map(([name, version]) => `${name} ${version}`).join(", ")} from npm into test/bench/node_modules (once)`);
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], here);
}

/**
 * Installs the editor host if it is not there.
 * @returns {Promise<string | undefined>} Why there is none, if so: it exists for one platform only, and comes from npm.
 */
export async function hostObstacle() {
  try {
    await installHost();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** @param {string} name */
function installedVersion(name) {
  const file = path.join(here, "node_modules", name, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 */
function run(program, args, cwd) {
  // npm is a script on Windows, which only a shell starts.
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    shell: program === "npm" && process.platform === "win32",
  });
  if (status !== 0) throw new Error(`"${path.basename(program)} ${args.join(" ")}" failed:\n${error?.message ?? `${stdout}${stderr}`.trim()}`);
}
