import { parentPort, workerData } from "node:worker_threads";
import { noop } from "../task.mjs";

// Sleeps in Atomics.wait: word 0 counts the tasks, word 1 is the argument of the last.
const words = new Int32Array(workerData);
for (let seen = 0; ; ) {
  // Not once: the notification of a task that it has seen already may come only now.
  while (Atomics.load(words, 0) === seen) Atomics.wait(words, 0, seen);
  seen = Atomics.load(words, 0);
  parentPort.postMessage(noop(words[1]));
}
