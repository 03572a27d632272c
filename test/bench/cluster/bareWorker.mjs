// @ts-check
// A worker of BullMQ as its own documentation has it, whose job does nothing, or waits.
import { Worker } from "bullmq";

const [port, queue = "", concurrency] = process.argv.slice(2);
const worker = new Worker(queue, async ({ data: { n, ms = 0 } }) => (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms, n)) : n), {
  connection: { host: "127.0.0.1", port: Number(port) },
  concurrency: Number(concurrency),
});
await worker.waitUntilReady();
process.stdout.write("ready");
