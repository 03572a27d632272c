import { busy, large, noop, size } from "../task.mjs";

const functions = { busy, large, noop, size };
process.on("message", ([name, n]) => process.send(functions[name](n)));
