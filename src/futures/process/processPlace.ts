import { processEntry } from "../worker/entries.js";
import { ownsStdout } from "../worker/output.js";
import type { ProcessPlace } from "./processLink.js";

/** In the pool's own thread: a broker has another, and is told this one. */
export function placeOfPool(): ProcessPlace {
  return { entry: processEntry(), inheritStdout: ownsStdout() };
}
