import type { ChildProcess } from "node:child_process";
import { Watchdog } from "./watchdog.js";

/** Children of this program, or of this thread of it, that are alive. A property of the process itself, as its exit event is. */
const alive = new Set<ChildProcess>();
const watchdog = new Watchdog();

function killAll(): void {
  for (const child of alive) child.kill("SIGKILL");
}

/** Ends the child when this program ends, in whatever way: a child in an endless loop would not notice. */
export function killOnExit(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return; // it could not be started
  // First of the hooks: after one that calls process.exit no other runs. It is there for what needs no watchdog: then all are dead before the program is.
  if (alive.size === 0) process.prependListener("exit", killAll);
  alive.add(child);
  watchdog.add(pid);
  child.once("exit", () => {
    watchdog.delete(pid);
    alive.delete(child);
    if (alive.size === 0) process.off("exit", killAll);
  });
}
