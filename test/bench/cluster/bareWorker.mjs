// @ts-check
// A worker of BullMQ as its own documentation has it, whose job does nothing, or waits.
import { Worker } from "bullmq";
import run from "./bareJob.mjs";

const [port, queue = "", concurrency, place] = process.argv.slice(2);
const worker = new Worker(queue, place === "threads" ? new URL("bareJob.mjs", import.meta.url) : run, {
  connection: { host: "127.0.0.1", port: Number(port) },
  concurrency: Number(concurrency),
  useWorkerThreads: place === "threads",
});
await worker.waitUntilReady();
process.stdout.write("ready");
