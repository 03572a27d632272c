import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

/** Each line is the whole list, so that the last whole one counts; end of file means that the program is gone. Built-in commands of any POSIX shell. */
const script = "trap '' HUP INT TERM; while read -r line; do pids=$line; done; kill -9 $pids";
const shell = process.platform === "android" ? "/system/bin/sh" : "/bin/sh";

/**
 * Kills the processes given to it when this program is gone, however it ended: SIGKILL and a crash run no exit hook, and a process in an
 * endless loop never gets to see that its channel is closed.
 *
 * A shell that reads from a pipe of which only this program holds the other end: 2 ms once (a `fork` of this process, so more where it is large) and
 * 0.4 MB. A thread in each worker that watches the parent costs each 35 ms and 8 MB; Linux's PR_SET_PDEATHSIG needs native code or `setpriv`.
 * On Windows there is nothing to do: libuv keeps children in a job object that the system ends with the program. Where there is no shell there is no
 * watchdog, and a worker still ends by itself as soon as it returns to its event loop.
 */
export class Watchdog {
  readonly #pids = new Set<number>();
  #shell: ChildProcess | undefined;

  /** Watches over a process from now on. To be called before that process is given anything to do. */
  add(pid: number): void {
    if (process.platform === "win32") return;
    this.#pids.add(pid);
    this.#shell ??= this.#start();
    this.#tell();
  }

  /** To be called as soon as the process has ended: its number may soon be another's. */
  delete(pid: number): void {
    if (!this.#pids.delete(pid)) return;
    this.#tell();
    if (this.#pids.size > 0) return;
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  // libuv tries to write at once: the line is in the pipe when this returns.
  #tell(): void {
    this.#shell?.stdin?.write(`${[...this.#pids].join(" ")}\n`);
  }

  #start(): ChildProcess | undefined {
    try {
      // A session of its own, since what a terminal sends to this program's group (Ctrl-C) must not end it before its work is done.
      const child = spawn(shell, ["-c", script, "concurrent-futures-watchdog"], {
        detached: true,
        stdio: ["pipe", "ignore", "ignore"],
        cwd: "/",
        env: {},
      });
      const forget = (): void => {
        if (this.#shell === child) this.#shell = undefined; // the next process brings another, which is told of all
      };
      child.once("exit", forget).on("error", forget);
      child.stdin?.on("error", () => {}); // it was killed; its exit is told too
      child.unref();
      (child.stdin as Socket | undefined)?.unref();
      return child;
    } catch {
      return undefined; // the system may refuse more processes; the pool can do without this one
    }
  }
}
