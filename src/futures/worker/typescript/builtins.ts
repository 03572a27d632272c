/**
 * Node's own modules for what every worker loads, without what an `import` of them costs there: `node:fs` alone takes 3 to 5 ms, as it loads
 * `fs/promises` too. Few workers need `node:url`.
 */
import { builtin } from "../../transfer/builtin.js";

export const fs = builtin("node:fs") as typeof import("node:fs");
export const url = (): typeof import("node:url") => builtin("node:url") as typeof import("node:url");
