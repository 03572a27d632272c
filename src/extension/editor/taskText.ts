import { clusterNameOf, type ErrorDescription } from "../../protocol/values.js";
import { callText, faultOf, isOpen, type TaskRecord, type TaskWorker, wasOverdue } from "../tasks/taskRecord.js";
import type { Translate } from "../translate.js";
import { formatDuration, formatElapsed } from "./duration.js";

/** `Threads`, `Processes`, or the name of a cluster. */
export function executorName(executor: TaskRecord["executor"], t: Translate): string {
  return clusterNameOf(executor) ?? (executor === "threads" ? t("Threads") : t("Processes"));
}

/** `Finished in 1.21 s`, `Running for 3 s, the wait for its result timed out`. */
export function stateSentence(task: TaskRecord, now: number, t: Translate): string {
  const parts = [stateWords(task, now, t)];
  if (isOpen(task) && task.timedOut) parts.push(t("the wait for its result timed out"));
  if (task.cancelling) parts.push(t("being cancelled"));
  if (task.stale) parts.push(t("the code has changed since"));
  return parts.join(", ");
}

function stateWords(task: TaskRecord, now: number, t: Translate): string {
  const took = task.duration === undefined ? undefined : formatDuration(task.duration);
  switch (task.state) {
    case "building":
      return t("Building");
    case "pending":
      return t("Pending for {0}", formatElapsed(now - (task.submittedAt ?? now)));
    case "running":
      return t("Running for {0}", formatElapsed(now - (task.startedAt ?? now)));
    case "finished":
      return took === undefined ? t("Finished") : t("Finished in {0}", took);
    case "failed":
      if (wasOverdue(task)) return took === undefined ? t("Timed out and dropped") : t("Timed out and stopped after {0}", took);
      return took === undefined ? t("Failed") : t("Failed after {0}", took);
    case "cancelled":
      return took === undefined ? t("Cancelled before it started") : t("Cancelled after {0}", took);
  }
}

/** `thread-0 (thread 3)`, `process-1 (pid 4711)`. */
export function workerName({ name, pid, threadId }: TaskWorker, t: Translate): string {
  if (pid !== undefined) return t("{0} (pid {1})", name, pid);
  return threadId === undefined ? name : t("{0} (thread {1})", name, threadId);
}

/** Where and when: executor, worker, submission and how long each step took. */
export function circumstances(task: TaskRecord, t: Translate): string[] {
  const facts = [task.session?.executor ?? executorName(task.executor, t)];
  if (task.worker) facts.push(workerName(task.worker, t));
  facts.push(t("submitted {0}", new Date(task.createdAt).toLocaleTimeString()));
  if (task.buildTime) facts.push(t("built in {0}", formatDuration(task.buildTime)));
  if (task.submittedAt !== undefined && task.startedAt !== undefined) facts.push(t("waited {0}", formatDuration(task.startedAt - task.submittedAt)));
  if (task.duration !== undefined) facts.push(t("ran {0}", formatDuration(task.duration)));
  if (task.usage?.cpuTime !== undefined) facts.push(t("processor time {0}", formatDuration(task.usage.cpuTime)));
  if (task.usage && task.usage.memory >= 100_000) facts.push(t("memory +{0} MB", (task.usage.memory / 1_000_000).toFixed(1)));
  return facts;
}

/** A result or an error as a whole, as the text of a document of its own. */
export function wholeText(task: TaskRecord, t: Translate): string {
  const head = `// ${callText(task)} #${task.id}`;
  const fault = faultOf(task);
  if (fault) return `${head}\n${errorText(fault, t)}\n`;
  if (!task.value) return `${head}\n${t("There is no value yet.")}\n`;
  const note = task.value.truncated ? `\n${t("… The rest was left out: the value is too long to be shown.")}` : "";
  return `${head}\n${task.value.text}${note}\n`;
}

/** An error with its stack, its own properties, its causes and parts. */
export function errorText(error: ErrorDescription, t: Translate): string {
  const parts = [error.stack || (error.message === "" ? error.name : `${error.name}: ${error.message}`)];
  if (error.properties) parts.push(error.properties);
  if (error.cause) parts.push(`${t("Caused by:")} ${errorText(error.cause, t)}`);
  for (const one of error.errors ?? []) parts.push(errorText(one, t));
  return parts.join("\n");
}
