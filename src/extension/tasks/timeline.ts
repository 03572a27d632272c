import { callText, type TaskRecord } from "./taskRecord.js";

/** An event of the trace format that Perfetto and the developer tools of Chrome read; times in µs. */
interface TraceEvent {
  readonly name: string;
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * The tasks as a trace: a process for each executor of each kernel, a lane for each worker, a bar for each task from its start to its end.
 *
 * @param now ms since the epoch, at which what still runs ends in the trace.
 */
export function timelineOf(tasks: readonly TaskRecord[], now: number): { readonly traceEvents: readonly TraceEvent[] } {
  const groups = new Lanes();
  const lanes = new Lanes();
  const names: TraceEvent[] = [];
  const bars = tasks.flatMap((task): TraceEvent[] => {
    const { worker, startedAt, executor, kernel, duration, settledAt } = task;
    if (!worker || startedAt === undefined) return [];
    const pid = groups.of(`${executor} of ${kernel}`, (number, name) => names.push(named("process_name", number, 0, name)));
    const tid = lanes.of(`${kernel} ${worker.name}`, (number) => names.push(named("thread_name", pid, number, worker.name)));
    const ms = duration ?? (settledAt ?? now) - startedAt;
    const { state, id, resultTimeout, priority } = task;
    const args = { task: `#${id}`, state, call: callText(task), uri: task.uri, priority, ...(resultTimeout > 0 && { resultTimeout }) };
    return [{ name: task.functionName, ph: "X", cat: state, pid, tid, ts: startedAt * 1000, dur: Math.max(1, Math.round(ms * 1000)), args }];
  });
  return { traceEvents: [...names, ...bars] };
}

/** Numbers by names, in the order in which they come up. */
class Lanes {
  readonly #numbers = new Map<string, number>();

  of(name: string, met: (number: number, name: string) => void): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(name, number);
    met(number, name);
    return number;
  }
}

function named(name: string, pid: number, tid: number, value: string): TraceEvent {
  return { name, ph: "M", pid, tid, args: { name: value } };
}
