import { tasks } from "concurrent-futures";
import type * as functions from "../tasks.mjs";

/** The built test files lie in out/test/conformance. */
export const tasksUrl = new URL("../../../test/conformance/tasks.mjs", import.meta.url);

/** References to the functions of `tasks.mjs`, for workers. */
export const remote = tasks<typeof functions>(tasksUrl);
