import type { ChildProcess } from "node:child_process";

/** Children of this program that are alive. A property of the process itself, as its exit event is. */
const alive = new Set<ChildProcess>();

function killAll(): void {
  for (const child of alive) child.kill("SIGKILL");
}

/** Ends the child when this program calls `process.exit` or ends by an error: a child in an endless loop would not notice. */
export function killOnExit(child: ChildProcess): void {
  if (alive.size === 0) process.on("exit", killAll);
  alive.add(child);
  child.once("exit", () => {
    alive.delete(child);
    if (alive.size === 0) process.off("exit", killAll);
  });
}
