/** Futures as outputs: what they are now, told anew until they are done. */
import type { Future } from "../../futures/index.js";
import type { MimeBundle, SessionTask } from "../../protocol/cells.js";
import { describeValue } from "../describeValue.js";
import { escaped, mimeBundleOf, tableOf } from "./mime.js";
import type { SessionTasks } from "./sessionTasks.js";

/** ms between two looks at the clock. */
const tick = 500;
/** ms between two updates. */
const pause = 100;
/** Futures of an array that is shown as a table. */
const most = 500;

type AnyFuture = Future<unknown>;

/** True for a future of this library, in whichever copy. */
export function isFuture(value: unknown): value is AnyFuture {
  if (typeof value !== "object" || value === null) return false;
  const { addDoneCallback, peek, cancel, id } = value as Record<string, unknown>;
  return typeof addDoneCallback === "function" && typeof peek === "function" && typeof cancel === "function" && typeof id === "number";
}

/** The futures that a value is, or is an array of. */
export function futuresIn(value: unknown): readonly AnyFuture[] | undefined {
  if (isFuture(value)) return [value];
  return Array.isArray(value) && value.length > 0 && value.length <= most && value.every(isFuture) ? value : undefined;
}

export interface LiveOptions {
  /** Of the output. */
  readonly id: number;
  /** The value is a future, and not an array of one. */
  readonly isSingle: boolean;
  readonly tasks: SessionTasks;
  show(bundle: MimeBundle): void;
}

/** Shows futures until all are done; resolves then. */
export function showFutures(futures: readonly AnyFuture[], { id, isSingle, tasks, show }: LiveOptions): Promise<void> {
  const finished: AnyFuture[] = futures.filter((future) => future.done());
  return new Promise((resolve) => {
    let isDue = false;
    const update = async (): Promise<void> => {
      isDue = false;
      const [only] = futures;
      const outcome = isSingle ? only?.peek() : undefined;
      if (outcome?.kind === "value") show(await mimeBundleOf(outcome.value, id).catch((error: unknown) => ({ "text/plain": String(error) })));
      else show(bundleOf(futures, finished, tasks, isSingle));
      if (!futures.every((future) => future.done())) return;
      clearInterval(clock);
      stop();
      resolve();
    };
    const later = (): void => {
      if (isDue) return;
      isDue = true;
      setTimeout(() => void update(), pause);
    };
    const clock = setInterval(later, tick);
    const stop = tasks.onDidChange((future) => futures.includes(future) && later());
    for (const future of futures) {
      future.addDoneCallback(() => {
        if (!finished.includes(future)) finished.push(future);
        later();
      });
    }
    void update();
  });
}

function bundleOf(futures: readonly AnyFuture[], finished: readonly AnyFuture[], tasks: SessionTasks, isSingle: boolean): MimeBundle {
  const lines = futures.map((future) => lineOf(future, tasks.of(future), finished.indexOf(future)));
  if (isSingle) {
    const [line] = lines;
    const text = [line?.name, line?.state, line?.progress, line?.time, line?.value].filter((part) => part !== "").join(" · ");
    return { "text/html": `<p>${escaped(text)}</p>`, "text/plain": text };
  }
  const count = (state: string): number => lines.filter((line) => line.state === state).length;
  const states = ["finished", "failed", "cancelled", "running", "pending"].flatMap((state) => (count(state) > 0 ? [`${count(state)} ${state}`] : []));
  const title = `${futures.length} futures: ${states.join(", ")}`;
  // What wait() gives as done and notDone, and the order in which asCompleted() gives them.
  const columns = ["#", "task", "state", "progress", "time", "value", "completed"];
  const rows = lines.map((line, index) => [String(index), line.name, line.state, line.progress, line.time, line.value, line.order]);
  return {
    "text/html": `<p>${escaped(title)}</p>${tableOf(columns, rows.length, (row) => rows[row] ?? [])}`,
    "text/plain": [title, ...rows.map((row) => row.filter((cell) => cell !== "").join("  "))].join("\n"),
  };
}

function lineOf(
  future: AnyFuture,
  task: SessionTask | undefined,
  place: number,
): Record<"name" | "state" | "progress" | "time" | "value" | "order", string> {
  const outcome = future.peek();
  const state = task?.state ?? (outcome ? { value: "finished", error: "failed", cancelled: "cancelled" }[outcome.kind] : "pending");
  const from = task?.startedAt ?? task?.submittedAt;
  const end = task?.settledAt ?? Date.now();
  return {
    name: task ? `${task.functionName}(${task.argumentsText})` : "future",
    state,
    progress: outcome ? "" : (task?.progress?.text ?? ""),
    time: from === undefined ? "" : `${((end - from) / 1000).toFixed(1)} s`,
    value: outcome?.kind === "value" ? describeValue(outcome.value).preview : outcome?.kind === "error" ? String(outcome.error) : "",
    order: place < 0 ? "" : `${place + 1}.`,
  };
}
