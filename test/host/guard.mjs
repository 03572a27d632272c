// @ts-check
// Runs a command and sees to it that nothing of it stays behind, however it or its starter ends:
//   node guard.mjs <grace ms> <program> <argument>...
// The command ends when this process's standard input closes, that is also when the starter is killed. Then, and when the command ends by itself,
// what is left of it gets the grace time to end, and is killed after that. Each line that comes in names a folder to delete at the very end.
// Exit code: that of the command; 75 if that was 0 but something of it had to be killed (told on standard error).
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const [grace, program, ...args] = process.argv.slice(2);
if (!grace || !program) throw new Error("usage: guard.mjs <grace ms> <program> <argument>...");

// Descendants inherit the environment, even those that left the process group: by this they are found.
const marker = `FUTURES_GUARDED_BY_${randomUUID().replaceAll("-", "_")}`;
/** @type {string[]} */
const foldersToDelete = [];
let ending = false;

// On Windows there are no process groups; there the command itself is ended, with its tree.
const child = spawn(program, args, {
  stdio: ["ignore", "inherit", "inherit"],
  detached: process.platform !== "win32",
  env: { ...process.env, [marker]: "1" },
});
child.once("error", (error) => {
  console.error(`${program} could not be started: ${error.message}`);
  process.exit(127);
});
child.once("exit", (code) => void end(code ?? 1));

const orders = createInterface({ input: process.stdin });
orders.on("line", (folder) => foldersToDelete.push(folder));
orders.once("close", () => {
  signal("SIGTERM");
  if (child.exitCode === null && child.signalCode === null) setTimeout(signal, Number(grace), "SIGKILL").unref();
});
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => process.stdin.destroy());

/** @param {number} code What the command ended with. */
async function end(code) {
  if (ending) return;
  ending = true;
  const end = Date.now() + Number(grace);
  while (remaining().length > 0 && Date.now() < end) await delay(50);
  const stubborn = remaining();
  for (const { pid, command } of stubborn) {
    console.error(`had to be killed, it outlived what started it: ${pid} ${command}`);
    kill(pid, "SIGKILL");
  }
  for (const folder of foldersToDelete) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.exit(code === 0 && stubborn.length > 0 ? 75 : code);
}

/** @param {NodeJS.Signals} name */
function signal(name) {
  if (child.pid === undefined) return;
  if (process.platform === "win32") spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore" });
  else kill(-child.pid, name);
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
function kill(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in the meantime.
  }
}

/** What is left of the command. Only Linux can tell; elsewhere the process group has to do. */
function remaining() {
  if (process.platform !== "linux") return [];
  const found = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${name}/environ`, "utf8").includes(`${marker}=`)) continue;
      found.push({ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 200) });
    } catch {
      // It has ended in the meantime, or belongs to someone else.
    }
  }
  return found;
}
