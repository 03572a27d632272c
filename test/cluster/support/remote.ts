import path from "node:path";
import { pathToFileURL } from "node:url";
import { tasks } from "concurrent-futures";

/** The functions of `tasks.mjs`, for executors. */
export const remote = tasks<typeof import("./tasks.mjs")>(pathToFileURL(path.resolve("test/cluster/support/tasks.mjs")));
