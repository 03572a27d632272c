/** Everything that is known to break pools of workers, and on which pools it is tried. */

export type Ground = "threads" | "processes";

export const grounds: readonly Ground[] = ["threads", "processes"];

export interface Fault {
  /** The first word of the titles of its tests. */
  readonly id: string;
  /** What goes wrong, for people. */
  readonly fault: string;
  readonly grounds: readonly Ground[];
  /** It is tried with the default `onWorkerDeath` too: then it breaks the pool. */
  readonly breaks: boolean;
}

const on =
  (where: readonly Ground[], breaks = false) =>
  (id: string, fault: string): Fault => ({ id, fault, grounds: where, breaks });

const both = on(grounds);
const threads = on(["threads"]);
const processes = on(["processes"]);
const death = on(grounds, true);
const processDeath = on(["processes"], true);

export const table: readonly Fault[] = [
  both("argument.function", "function as argument"),
  both("result.function", "function in the result"),
  both("argument.unreadable", "argument that can be written and not read: nested too deep"),
  both("result.unreadable", "result that can be written and not read: nested too deep"),
  both("argument.wasm", "WebAssembly.Module as argument"),
  both("result.wasm", "WebAssembly.Module as result"),
  both("error.uncloneable", "error with a property that cannot be cloned"),
  both("error.null", "throw null"),
  both("error.DOMException", "thrown DOMException"),
  both("error.class", "error of a class, with code, details and cause"),
  both("error.module", "the function's module throws when it is loaded"),
  both("promise", "plain function that returns a promise"),

  death("death.exit-0", "process.exit(0) in a task"),
  death("death.exit-99", "process.exit(99) in a task"),
  death("death.killed", "killed from outside in a task: SIGKILL, terminate()"),
  processDeath("death.SIGSEGV", "killed by SIGSEGV in a task"),
  death("death.heap", "heap exceeded in a task"),
  death("death.rejection", "rejection that nobody handles, during a task"),
  death("death.throw", "error thrown in a timer, during a task"),
  processDeath("death.disconnect", "process.disconnect() in a task"),
  threads("port.close", "parentPort.close() in a task"),

  both("moment.after", "error thrown in a timer after its task is done"),
  death("moment.idle", "death while idle"),
  death("moment.starting", "death while starting"),
  both("moment.never-starts", "death at every start"),
  both("moment.initializer", "death during the initializer, once"),
  both("moment.every-initializer", "death during every initializer"),
  death("moment.argument", "death during an argument of 32 MB"),
  both("moment.result", "death with a result of 32 MB on its way"),
  both("moment.replacing", "death while another worker is being replaced"),
  both("moment.queued", "tasks queued behind a death, one worker"),
  death("moment.10000", "death with 10,000 futures in flight"),

  both("endless.timeout", "task that never returns: timeout"),
  both("endless.signal", "task that never returns: signal"),
  both("endless.terminate", "task that never returns: terminateWorkers()"),
  both("endless.kill", "task that never returns: killWorkers()"),
  both("endless.shutdown", "task that never returns: shutdown, with a timeout"),
  both("signal.shared", "one AbortSignal for 200 tasks"),
  both("late", "answers that cross the end of their time"),
  both("forged", "forged answers to the tasks of others"),
  both("timer", "timer left behind by a task"),
  both("flood.taken", "20 MB to stdout, with onOutput"),
  both("flood.inherited", "20 MB to stdout, without onOutput"),
  processes("host", "the program itself is killed by SIGKILL"),
];

/** By what the test of a row on one pool is known. */
export const keyFor = ({ id }: Fault, ground: Ground, how?: "break"): string => `${id} [${ground}${how ? `, ${how}` : ""}]`;

export const keysOf = (row: Fault): string[] =>
  row.grounds.flatMap((ground) => [keyFor(row, ground), ...(row.breaks ? [keyFor(row, ground, "break")] : [])]);

/** @throws Error if there is no row of this id: a test must not stand beside the table. */
export function rowOf(id: string): Fault {
  const row = table.find((candidate) => candidate.id === id);
  if (!row) throw new Error(`the fault matrix has no row ${id}`);
  return row;
}
