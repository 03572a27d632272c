import path from "node:path";
import * as vscode from "vscode";
import type { ErrorDescription, StackFrame, ValueDescription } from "../../protocol/values.js";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import type { CommandId } from "../ids.js";
import { callText, errorsOf, faultOf, framesOf, hasUnsuccessful, headline, isOpen, type TaskRecord } from "../tasks/taskRecord.js";
import { tellingSelector } from "./documents.js";
import { imageOf, plotImage } from "./images.js";
import { cut } from "./lineText.js";
import { commandLink, escapeMarkdown } from "./markdown.js";
import type { Placements } from "./placements.js";
import { circumstances, stateSentence } from "./taskText.js";

/** Characters of all code blocks of a hover together; the editor cuts a hover at 100,000. */
const budget = 80_000;
/** Characters of the call, whose arguments may be long. */
const callLimit = 2_000;
/** Frames shown of one error. */
const frameLimit = 12;
const linked = [
  "futures.submitAgain",
  "futures.cancel",
  "futures.openValue",
  "futures.copyValue",
  "futures.openFrame",
  "futures.showTable",
  "futures.rerunFailed",
  "futures.copyJson",
  "futures.showOutput",
  "futures.showLog",
] as const satisfies CommandId[];

/** All that is known of a task, when the mouse is over the line of its function or over the line that threw. */
export class TaskHovers implements vscode.HoverProvider, Disposable {
  readonly #disposables = new Disposables();
  readonly #placements: Placements;

  constructor(placements: Placements) {
    this.#placements = placements;
    this.#disposables.add(vscode.languages.registerHoverProvider(tellingSelector, this));
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const here = this.#placements.of(document).filter(({ line }) => line === position.line);
    const tasks = new Set(here.map(({ task }) => task));
    return tasks.size === 0 ? undefined : new vscode.Hover([...tasks].flatMap((task) => taskMarkdown(task, Date.now())));
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

/** A task's hover as one text. */
export function taskTooltip(task: TaskRecord, now: number): vscode.MarkdownString {
  const parts = taskMarkdown(task, now).map(({ value }) => value);
  return trusted(parts.join("\n\n---\n\n"));
}

/**
 * The parts of a hover: state and actions, result or error, circumstances. What comes from a program stands in code blocks or is
 * escaped; links are our own commands only.
 */
function taskMarkdown(task: TaskRecord, now: number): vscode.MarkdownString[] {
  const { t } = vscode.l10n;
  const heading = trusted(`**${escapeMarkdown(stateSentence(task, now, t))}** &nbsp;&nbsp; ${actions(task).join(" | ")}`);
  const facts = trusted().appendCodeblock(cut(callText(task), callLimit), "typescript");
  for (const warning of task.warnings) facts.appendMarkdown(`\n\n${escapeMarkdown(t("Warning: {0}", warning))}\n`);
  facts.appendMarkdown(`\n\n${circumstances(task, t).map(escapeMarkdown).join(" · ")}`);
  const fault = faultOf(task);
  if (fault) return [heading, faultMarkdown(task, fault), facts];
  return task.value ? [heading, valueMarkdown(task.value), facts] : [heading, facts];
}

function trusted(value = ""): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(value);
  markdown.isTrusted = { enabledCommands: linked };
  return markdown;
}

function valueMarkdown({ text, truncated, plot, display }: ValueDescription): vscode.MarkdownString {
  const shown = cut(text, budget);
  const image = display ? imageOf(display) : plot && plotImage(plot, vscode.l10n.t);
  const markdown = trusted(image === undefined ? "" : `${image}\n\n`).appendCodeblock(shown, "typescript");
  if (truncated || shown !== text) markdown.appendMarkdown(`\n\n*${escapeMarkdown(vscode.l10n.t("Cut: this is not the whole value."))}*`);
  return markdown;
}

function faultMarkdown(task: TaskRecord, fault: ErrorDescription): vscode.MarkdownString {
  const { t } = vscode.l10n;
  const markdown = trusted();
  let left = budget;
  const block = (text: string, language: string): void => {
    const shown = cut(text, Math.max(left, 200));
    left -= shown.length;
    markdown.appendCodeblock(shown, language);
  };
  for (const [index, error] of errorsOf(fault).entries()) {
    if (index > 0) markdown.appendMarkdown(`\n\n${escapeMarkdown(error === fault.cause ? t("Caused by") : t("With"))}\n`);
    block(headline(error), "text");
    markdown.appendMarkdown(stackMarkdown(task, fault, error));
    if (error.properties) block(error.properties, "typescript");
  }
  return markdown;
}

function stackMarkdown(task: TaskRecord, fault: ErrorDescription, error: ErrorDescription): string {
  const all = framesOf(fault);
  const shown = error.frames.filter((frame) => frame.file !== undefined && frame.origin !== "runner").slice(0, frameLimit);
  const lines = shown.map((frame) => frameMarkdown(task, frame, all.indexOf(frame)));
  const hidden = error.frames.length - shown.length;
  if (hidden > 0 && lines.length > 0) lines.push(`- ${escapeMarkdown(vscode.l10n.t("{0} more in Node.js and elsewhere", hidden))}`);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}

function frameMarkdown({ id }: TaskRecord, frame: StackFrame, index: number): string {
  const place = `${path.basename(frame.file ?? "")}:${frame.line ?? 1}:${frame.column ?? 1}`;
  const link = commandLink(place, "futures.openFrame", [{ taskId: id, frame: index }]);
  return frame.functionName === undefined ? `- ${link}` : `- ${escapeMarkdown(frame.functionName)} ${link}`;
}

function actions(task: TaskRecord): string[] {
  const { t } = vscode.l10n;
  const link = (title: string, command: CommandId): string => commandLink(title, command, [{ taskId: task.id }]);
  const links = [link(t("Submit Again"), "futures.submitAgain")];
  if (isOpen(task)) links.push(link(t("Cancel"), "futures.cancel"));
  const openFault = task.error?.source === "stop" ? t("Open Stack") : t("Open Error");
  if (task.value ?? faultOf(task)) links.push(link(task.value ? t("Open Value") : openFault, "futures.openValue"));
  if (task.value) links.push(link(t("Copy Value"), "futures.copyValue"));
  if (task.value && !task.isRestored) links.push(link(t("Copy as JSON"), "futures.copyJson"));
  if ((task.value?.tabular || task.map) && !task.isRestored) links.push(link(t("Show as Table"), "futures.showTable"));
  if (task.mapProgress && !isOpen(task) && hasUnsuccessful(task.mapProgress) && !task.isRestored)
    links.push(link(t("Rerun Failed"), "futures.rerunFailed"));
  if (task.printed) links.push(commandLink(t("Show Output"), "futures.showOutput", []));
  if (task.error?.source === "kernel") links.push(commandLink(t("Show Log"), "futures.showLog", []));
  return links;
}
