/** A thread of the session that hears the kernel while the main thread does not: see `interrupts.ts`. */
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";

const flag = workerData as Int32Array;
/** See `interruptPipe`. */
const pipe = new Socket({ fd: 4, readable: true, writable: false });
pipe.setEncoding("utf8");
pipe.on("data", (text: string) => {
  const run = Number(text.trim().split("\n").at(-1));
  if (Number.isInteger(run)) Atomics.store(flag, 0, run);
});
pipe.on("error", () => {});
// The kernel has gone, and the process goes with it: a main thread in a loop hears nothing of that.
pipe.on("close", () => process.kill(process.pid, "SIGKILL"));
