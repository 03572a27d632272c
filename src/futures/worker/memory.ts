import type { WorkerMemory } from "../pool/messages.js";
import { builtin } from "../transfer/builtin.js";
import type { PoolPort } from "./port.js";

/** ms between two reports at least: reading a process's memory costs as much as a short task. */
const reportEvery = 250;

/** Tells the pool now and then how much memory this worker has. */
export class MemoryReport {
  readonly #port: PoolPort;
  #next = 0;

  constructor(port: PoolPort) {
    this.#port = port;
  }

  /** @param now by `monotonicNow`. */
  tellSometimes(now: number): void {
    if (now < this.#next) return;
    this.#next = now + reportEvery;
    this.#port.send({ type: "memory", memory: this.#read() });
  }

  #read(): WorkerMemory {
    const v8 = builtin("node:v8") as typeof import("node:v8");
    const heapUsed = v8.getHeapStatistics().used_heap_size;
    return this.#port.ownProcess ? { heapUsed, rss: process.memoryUsage.rss() } : { heapUsed };
  }
}
