/** Entry of a worker that comes as text: one for both kinds, so that a bundled program carries it once. */
import { isMainThread } from "node:worker_threads";

void (isMainThread ? import("./process.js") : import("./thread.js"));
