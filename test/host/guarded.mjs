// @ts-check
import { spawn } from "node:child_process";
import path from "node:path";
import { hostFolder } from "./paths.mjs";

/**
 * A command under guard (guard.mjs): it cannot outlive this process, nor leave anything behind.
 * @typedef {object} Guarded
 * @property {Promise<number>} exited Its exit code, once all that it started has ended too.
 * @property {(folder: string) => void} deleteAtEnd Has a folder deleted after the end, also if this process is killed before.
 * @property {() => Promise<number>} end Ends it and all that it started; gives its exit code.
 */

/**
 * Starts a command under guard.
 * @param {string} program
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.cwd
 * @param {NodeJS.ProcessEnv} options.env
 * @param {"inherit" | number} options.output Where its standard output and standard error go: to ours, or to an open file.
 * @param {number} [options.grace] Milliseconds that its processes have to end by themselves before they are killed.
 * @returns {Guarded}
 */
export function startGuarded(program, args, { cwd, env, output, grace = 3000 }) {
  const guard = spawn(process.execPath, [path.join(hostFolder, "guard.mjs"), String(grace), program, ...args], {
    cwd,
    env,
    stdio: ["pipe", output, output],
    detached: process.platform !== "win32", // A Ctrl-C in the terminal is for us; the guard follows.
  });
  const orders = guard.stdin;
  orders?.on("error", () => {}); // It ended before it read all; `exited` tells.
  /** @type {Promise<number>} */
  const exited = new Promise((resolve, reject) => {
    guard.once("error", reject);
    guard.once("exit", (code) => resolve(code ?? 1));
  });
  return {
    exited,
    deleteAtEnd: (folder) => void orders?.write(`${folder}\n`),
    end: () => {
      orders?.end();
      return exited;
    },
  };
}
