/** What call modules import: it runs in the worker, beside the user's program. Built by itself, and copied to where the programs are. */
import process from "node:process";

// As the initializer of the kernel's own pools does; workers of a cluster have none of it.
Error.stackTraceLimit = Math.max(Error.stackTraceLimit, 50);

/** The one key of what is sent in the place of a value that shows itself. */
export const displayKey = "futures$display";
/** The one key of what a call tells at its end of the time and memory that it took. */
export const usageKey = "futures$usage";
/** Inputs of one map. */
export const inputLimit = 1_000_000;

/** What a call of a map gives for its input; `ms` is how long it took. */
export type MapOutcome = readonly [index: number, ok: boolean, content: unknown, ms: number];

/** An error as a map keeps it, one of perhaps a million. */
export interface FailedCall {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

interface CurrentTask {
  progress(value: unknown): void;
}

/** Begins to measure; what it returns tells the task's follower of it, as progress: that comes before the outcome, whatever that is. */
export function measure(): () => void {
  const tasks = (globalThis as Record<symbol, { getStore(): CurrentTask | undefined } | undefined>)[Symbol.for("concurrent-futures.currentTask")];
  const task = tasks?.getStore();
  if (!task) return () => {};
  const [startCpu, startMemory] = [cpuTime(), memory()];
  return () => {
    const end = cpuTime();
    const cpu = end === undefined || startCpu === undefined ? {} : { cpuTime: end - startCpu };
    task.progress({ [usageKey]: { memory: Math.max(0, memory() - startMemory), ...cpu } });
  };
}

/** The value, or what it shows itself as: that is asked for here, as its methods do not leave the worker. */
export async function shown(value: unknown): Promise<unknown> {
  const show = (value as Record<symbol, unknown> | null | undefined)?.[Symbol.for("Jupyter.display")];
  if (typeof show !== "function") return value;
  const bundle: unknown = await show.call(value);
  return typeof bundle === "object" && bundle !== null ? { [displayKey]: bundle } : value;
}

/** Makes of a function of one input what a map calls: it never throws. */
export function callerOf(one: (input: unknown) => unknown): (item: readonly [number, unknown]) => MapOutcome | Promise<MapOutcome> {
  return ([index, input]) => {
    const start = performance.now();
    const done = (content: unknown): MapOutcome => [index, true, content, performance.now() - start];
    const failed = (error: unknown): MapOutcome => [index, false, failureOf(error), performance.now() - start];
    try {
      const value = one(input);
      return isThenable(value) ? Promise.resolve(value).then(done, failed) : done(value);
    } catch (error) {
      return failed(error);
    }
  };
}

/** The inputs that an argument text gives: what one expression can be taken through, or the expressions themselves. */
export async function inputsOf(values: readonly unknown[]): Promise<unknown[]> {
  const all = values.length === 1 ? values[0] : values;
  if (!isIterable(all)) {
    const kind = all === null ? "null" : typeof all;
    throw new TypeError(`these are no inputs: ${kind} is not iterable. Give an array, a generator or the like`);
  }
  const list: unknown[] = [];
  for await (const input of all) {
    if (list.push(input) > inputLimit) throw new RangeError(`there are more than ${inputLimit.toLocaleString("en")} inputs`);
  }
  return list;
}

/** ms; of a thread Node.js knows it only since 23.9. */
function cpuTime(): number | undefined {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  const used = threadCpuUsage?.() ?? (process.send ? process.cpuUsage() : undefined);
  return used && (used.user + used.system) / 1000;
}

/** Bytes. */
function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function failureOf(error: unknown): FailedCall {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: String(error.stack) };
  return { name: "thrown value", message: String(error), stack: "" };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  if (value === null || value === undefined) return false;
  const { [Symbol.iterator]: iterator, [Symbol.asyncIterator]: asyncIterator } = value as Record<symbol, unknown>;
  return typeof iterator === "function" || typeof asyncIterator === "function";
}
