// @ts-check
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Runs a program to its end and collects what it prints. It ends with this process when that is interrupted.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, output: string }>} `code` is 127 when the program is not there, and 1 when a signal ended it.
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const endIt = () => void child.kill();
    process.once("exit", endIt);
    let output = "";
    const finish = (/** @type {number} */ code) => {
      process.off("exit", endIt);
      resolve({ code, output });
    };
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.stderr.on("data", (text) => {
      output += text;
    });
    child.once("error", (error) => {
      output += error.message;
      finish(127);
    });
    child.once("close", (code) => finish(code ?? 1));
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
