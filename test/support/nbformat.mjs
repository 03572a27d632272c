// @ts-check
// Jupyter's own reader and validator of notebook files, nbformat, in Python: tests check with it what we write.
//   node test/support/nbformat.mjs    gets it, from Debian's or Ubuntu's packages, where there is none; installs nothing, and nobody has to be root
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stateFolder } from "../host/paths.mjs";

const folder = path.join(stateFolder, "nbformat");
const unpacked = path.join(folder, "root");
const checker = fileURLToPath(new URL("./checkNotebooks.py", import.meta.url));

/**
 * A Python that has nbformat, and what it needs in its environment.
 * @typedef {{ python: string, env: Record<string, string> }} Nbformat
 */

/** @returns {Nbformat | undefined} Undefined if there is none. */
export function findNbformat() {
  const env = { PYTHONPATH: path.join(unpacked, "usr", "lib", "python3", "dist-packages") };
  const places = [
    { python: "python3", env: {} },
    // Packages of the system are for the Python of the system, which need not be the first on PATH, or may have come with them.
    { python: "/usr/bin/python3", env },
    { python: path.join(unpacked, "usr", "bin", "python3"), env },
  ];
  return places.find(({ python, env }) => spawnSync(python, ["-c", "import nbformat"], { env: { ...process.env, ...env } }).status === 0);
}

/** Why there may be none, for a test that is skipped. */
export const nbformatIsMissing = "needs python3 with nbformat: install your system's python3-nbformat, or run node test/support/nbformat.mjs";

/**
 * @param {Nbformat} nbformat
 * @param {readonly string[]} files
 * @returns {string} What it finds wrong with notebook files, and what of them it would write in another way; nothing if there is nothing.
 * @throws {Error} If it cannot be asked.
 */
export function faultsIn({ python, env }, files) {
  const { status, stdout, stderr } = spawnSync(python, [checker, ...files], { encoding: "utf8", env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** @throws {Error} Where there is no apt, or it reaches no packages. */
function unpackNbformat() {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ["lists/partial", "cache/archives/partial", "root"]) mkdirSync(path.join(folder, name), { recursive: true });
  // With lists and a cache of its own, apt needs no rights, and a fresh machine's missing lists do not matter.
  const options = ["-qq", "-o", `Dir::State::Lists=${path.join(folder, "lists")}`, "-o", `Dir::Cache=${path.join(folder, "cache")}`];
  run("apt-get", [...options, "update"]);
  run("apt-get", [...options, "-o", "Debug::NoLocking=1", "--yes", "--no-install-recommends", "--download-only", "install", "python3-nbformat"]);
  const archives = path.join(folder, "cache", "archives");
  for (const name of readdirSync(archives)) if (name.endsWith(".deb")) run("dpkg-deb", ["-x", path.join(archives, name), unpacked]);
  for (const name of ["lists", "cache"]) rmSync(path.join(folder, name), { recursive: true });
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 120_000 });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr.trim()}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    if (!findNbformat()) unpackNbformat();
    console.log(findNbformat() ? "nbformat: it is there" : "nbformat: its packages have come, but it does not load");
  } catch (error) {
    // Its tests are then skipped, and say so.
    console.log(`nbformat: not to be had. ${error instanceof Error ? error.message : error}`);
  }
}
