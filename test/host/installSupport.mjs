// @ts-check
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hostFolder } from "./paths.mjs";

/**
 * Runs a program to its end and collects what it prints. Under guard: when this process is killed, a half-done `npm ci` must not go on beside the next.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, output: string }>} `code` is 127 when the program is not there.
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const guard = [path.join(hostFolder, "guard.mjs"), "2000", program, ...args];
    const child = spawn(process.execPath, guard, { ...options, stdio: "pipe", detached: process.platform !== "win32" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text) => {
        output += text;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs `work` while no other process runs work under the same lock. The lock of a process that has ended without giving it back is taken over.
 * @template T
 * @param {string} file The lock: it holds the owner's process id.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} What `work` gives.
 */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  let told = false;
  while (!tryToCreate(file)) {
    const owner = ownerOf(file);
    if (!owner || !isAlive(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) console.log(`editor host: waiting for process ${owner}, which is installing it`);
    told = true;
    await delay(500);
  }
  const giveBack = () => rmSync(file, { force: true });
  const interrupted = () => process.exit(130);
  process.once("exit", giveBack);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);
  try {
    return await work();
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
    process.off("exit", giveBack);
    giveBack();
  }
}

/** @param {string} file */
function tryToCreate(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (isErrorWithCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** @param {string} file */
function ownerOf(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return undefined; // Given back in the meantime.
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrorWithCode(error, "EPERM");
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isErrorWithCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}
