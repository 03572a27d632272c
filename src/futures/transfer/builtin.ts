import { createRequire } from "node:module";

/** One of Node's own modules, when it is needed: an import would load it at the start of every worker. @param name with `node:`. */
export const builtin: (name: string) => unknown = process.getBuiltinModule ?? createRequire(process.execPath); // Node before 20.16
