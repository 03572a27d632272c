/**
 * Node's own modules for what every worker loads, without what an `import` of them costs there: `node:fs` alone takes 3 to 5 ms, as it loads
 * `fs/promises` too.
 */
import { createRequire } from "node:module";

const get: (name: string) => unknown = process.getBuiltinModule ?? createRequire(process.execPath); // Node before 20.16

export const fs = get("node:fs") as typeof import("node:fs");
export const url = get("node:url") as typeof import("node:url");
