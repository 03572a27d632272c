import { noop } from "../task.mjs";

process.on("message", ([task, n]) => process.send([task, noop(n)]));
