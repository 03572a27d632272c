import { parentPort } from "node:worker_threads";
import * as functions from "../task.mjs";

parentPort.on("message", ([name, n]) => parentPort.postMessage(functions[name](n)));
