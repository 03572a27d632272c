import { readdirSync, readFileSync } from "node:fs";

/** True while there is a process of this number that is not a zombie. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Resolves to true when the process is gone, to false if it lives after so many ms. No event tells of a process that is not a child. */
export async function gone(pid: number, within = 5000): Promise<boolean> {
  for (const end = Date.now() + within; alive(pid); ) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

/** Numbers of the processes in this process group; on Linux only. */
export function membersOf(group: number): number[] {
  return processesWhere(2, group);
}

/** Numbers of the processes that this one has started; on Linux only. */
export function childrenOf(parent: number): number[] {
  return processesWhere(1, parent);
}

/** By a field of /proc/<pid>/stat, counted from 0 after the name. */
function processesWhere(field: number, value: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ");
        return Number(fields[field]) === value && alive(pid);
      } catch {
        return false; // it ended between the two looks
      }
    });
}
