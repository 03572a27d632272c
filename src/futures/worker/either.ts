/** Entry of a worker that comes as text: one for all kinds, so that a bundled program carries it once. */
import { isMainThread, workerData } from "node:worker_threads";

if (isMainThread) void import("./process.js");
else void ("place" in workerData ? import("./broker.js") : import("./thread.js"));
