import * as functions from "../task.mjs";

process.on("message", ([name, n]) => process.send(functions[name](n)));
