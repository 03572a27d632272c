import { parentPort } from "node:worker_threads";
import { busy, large, noop, size } from "../task.mjs";

const functions = { busy, large, noop, size };
parentPort.on("message", ([name, n]) => parentPort.postMessage(functions[name](n)));
