import { parentPort } from "node:worker_threads";
import { noop } from "../task.mjs";

parentPort.on("message", ([task, n]) => parentPort.postMessage([task, noop(n)]));
