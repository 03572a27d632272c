import type { ErrorDescription, ErrorSource } from "../../protocol/values.js";
import type { LineKind } from "../ids.js";
import { headline, isOpen, type TaskRecord, wasOverdue } from "../tasks/taskRecord.js";
import type { Translate } from "../translate.js";
import { formatDuration, formatElapsed } from "./duration.js";

/** What stands at the end of a line, and in which of the fixed styles. */
export interface LineText {
  readonly kind: LineKind;
  /** One line, spaces not breaking. */
  readonly text: string;
}

export interface LineTextOptions {
  /** ms since the epoch. */
  readonly now: number;
  /** Characters; the value or message is cut, what follows it stays. */
  readonly maxLength: number;
  /** Further open tasks of the same function. */
  readonly alsoOpen?: number;
  readonly t: Translate;
}

/** The state and result of a function's newest task, for the end of the function's line. */
export function lineText(task: TaskRecord, options: LineTextOptions): LineText {
  const { t } = options;
  const notes: string[] = [];
  if (task.cancelling) notes.push(t("cancelling"));
  if (options.alsoOpen) notes.push(t("{0} more open", options.alsoOpen));
  if (isOpen(task)) return openText(task, notes, options);
  if (task.stale) notes.push(t("code changed since"));
  const took = task.duration === undefined ? [] : [formatDuration(task.duration)];
  const kind = task.stale ? "stale" : wasOverdue(task) ? "timedOut" : (task.state as "finished" | "failed" | "cancelled");
  switch (task.state) {
    case "finished":
      return { kind, text: joined(task.value?.preview ?? "", [...mapNotes(task, t), ...took, ...notes], options) };
    case "failed":
      if (wasOverdue(task)) return { kind, text: joined(overdueText(task, t), [stoppedText(task, t), ...notes], options) };
      return { kind, text: joined(task.error ? headline(task.error) : t("failed"), notes, options) };
    default:
      return { kind, text: joined(t("cancelled"), [...took, ...notes], options) };
  }
}

/** An error for the line that threw it. */
export function thrownText(error: ErrorDescription, stale: boolean, options: LineTextOptions): LineText {
  return { kind: stale ? "stale" : (kindsOfErrors[error.source] ?? "failed"), text: joined(headline(error), [], options) };
}

const kindsOfErrors: Partial<Record<ErrorSource, LineKind>> = { stop: "cancelled", timeout: "timedOut" };

function openText(task: TaskRecord, notes: string[], options: LineTextOptions): LineText {
  const { t, now } = options;
  const elapsed = task.startedAt === undefined ? undefined : formatElapsed(now - task.startedAt);
  if (task.timedOut) {
    const state = elapsed === undefined ? t("still pending") : t("still running {0}", elapsed);
    const stopping = task.onTimeout === "stop" && !task.cancelling ? [t("being stopped")] : [];
    return { kind: "timedOut", text: joined(overdueText(task, t), [state, ...stopping, ...notes], options) };
  }
  if (elapsed === undefined) return { kind: "pending", text: joined(t("pending"), notes, options) };
  return { kind: "running", text: joined(t("running {0}", elapsed), [...progressNotes(task, t), ...notes], options) };
}

/** `40/100 (40 %)`; of a map also what failed, how fast it goes and how long it will take. */
function progressNotes({ progress, mapProgress }: TaskRecord, t: Translate): string[] {
  if (mapProgress) {
    const { done, total, failed, rate, left } = mapProgress;
    const share = total === 0 ? 100 : Math.floor((100 * done) / total);
    const notes = [t("{0} of {1} ({2} %)", done, total, share)];
    if (failed > 0) notes.push(t("{0} failed", failed));
    if (rate > 0) notes.push(t("{0} a second", rate >= 10 ? Math.round(rate) : rate.toFixed(1)));
    if (left !== undefined && done < total) notes.push(t("{0} left", formatElapsed(left)));
    return notes;
  }
  if (!progress) return [];
  const share = progress.fraction === undefined ? "" : ` (${Math.floor(progress.fraction * 100)} %)`;
  return [`${cut(oneLine(progress.text), 40)}${share}`];
}

/** How many of the inputs failed, if some did. */
function mapNotes({ mapProgress }: TaskRecord, t: Translate): string[] {
  if (!mapProgress) return [];
  const { total, failed } = mapProgress;
  return [failed > 0 ? t("{0} of {1} failed", failed, total) : t("{0} inputs", total)];
}

function overdueText({ resultTimeout }: TaskRecord, t: Translate): string {
  return t("{0}: no result within {1} ms", "TimeoutError", resultTimeout);
}

function stoppedText({ duration }: TaskRecord, t: Translate): string {
  return duration === undefined ? t("stopped") : t("stopped after {0}", formatDuration(duration));
}

function joined(head: string, notes: readonly string[], { maxLength }: LineTextOptions): string {
  const tail = notes.map((note) => ` · ${note}`).join("");
  return unbreakable(cut(oneLine(head), Math.max(10, maxLength - tail.length)) + tail);
}

/** The text on one line: line breaks as `↵`, control characters and marks that reorder text made visible. */
export function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\r\n|[\n\r\u2028\u2029]/g, "↵")
    .replaceAll("\t", " ")
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "�");
}

/** At most `length` characters, the last one `…` where something is missing. Never half a surrogate pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 2)) ? length - 2 : length - 1;
  return `${text.slice(0, end)}…`;
}

// The editor collapses runs of ordinary spaces in such text.
function unbreakable(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}
