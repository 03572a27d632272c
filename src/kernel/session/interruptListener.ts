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
pipe.on("error", () => {}); // the kernel has gone: the process ends with it
