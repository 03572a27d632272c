/** The start of a worker: runs what all of its kind run, by what an earlier one has compiled if there is something. That saves a ms of a thread's start. */
import { Script } from "node:vm";
import { builtin } from "../../transfer/builtin.js";
import type { GivenCode } from "./compiledCode.js";
import * as host from "./host.js";

/** As Node calls a CommonJS module. */
type Body = (require: (name: string) => unknown, filename: string) => void;

/** @param kind names the file that it runs. */
export function boot(kind: "thread" | "process", given: GivenCode): void {
  const filename = `${__dirname}/${kind}.body.cjs`;
  const made = typeof given === "object" ? given : undefined;
  const text = made?.text ?? (builtin("node:fs") as typeof import("node:fs")).readFileSync(filename);
  // Of other code, or of another V8, it is refused, and made anew.
  const cachedData = made ? { cachedData: Buffer.from(made.data) } : {};
  const script = new Script(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString("latin1"), { filename, ...cachedData });
  if (given === "wanted") host.offer(() => ({ text, data: script.createCachedData() }));
  (script.runInThisContext() as Body)((name) => (name === "host" ? host : require(name)), filename);
}
