/** What a worker that is a thread starts with. */
import { workerData } from "node:worker_threads";
import type { ThreadData } from "../../thread/threadTransport.js";
import { boot } from "./boot.js";

boot("thread", (workerData as ThreadData | null)?.code);
