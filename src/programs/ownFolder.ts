/** Folders that belong to one process. One that was killed leaves its own behind; the next that makes such a folder removes it. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * Makes a folder of this process, and removes those of processes of this host that are gone.
 * @param parent where all such folders are; it has to be there.
 * @param kind what their names begin with.
 * @returns its path.
 */
export function makeOwnFolder(parent: string, kind: string): string {
  // A container has a host name of its own, and processes of its own, but may share the folder for temporary files.
  const start = `${kind}-${os.hostname().replaceAll(/[^\w.-]/g, "")}-`;
  for (const name of readdirSync(parent)) {
    const [, pid] = (name.startsWith(start) && /^(\d+)-[^-]{6}$/.exec(name.slice(start.length))) || [];
    if (pid !== undefined && !isAlive(Number(pid))) remove(path.join(parent, name));
  }
  return mkdtempSync(path.join(parent, `${start}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It is another user's, or another process is just removing it.
  }
}
