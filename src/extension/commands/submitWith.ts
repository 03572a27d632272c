import * as vscode from "vscode";
import type { ExecutorId, OnTimeout } from "../../protocol/values.js";
import type { Clusters } from "../clusters/clusters.js";
import type { Config } from "../config.js";
import { executorName } from "../editor/taskText.js";
import { onTimeouts, type SubmitOptions } from "../ids.js";
import type { ExecutorChoice } from "../tasks/executorChoice.js";

/** High enough that nobody's own numbers are in the way, low enough to be read. */
const priorities = { before: 10, among: 0, after: -10 } as const;

interface Step<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/**
 * Asks how the next submission is to be run: executor, time to wait for its result, what then, and its place among the pending tasks.
 *
 * @returns What was chosen, or `undefined` if the user left one of the questions.
 */
export async function askHow(choice: ExecutorChoice, clusters: Clusters, config: Config): Promise<SubmitOptions | undefined> {
  const { t } = vscode.l10n;
  const executor = await pick<ExecutorId>(
    t("Submit with: where it runs"),
    clusters.executors.map((value) => {
      const place = clusters.placeOf(value);
      return {
        value,
        label: executorName(value, t),
        ...(value === choice.value && { description: t("selected") }),
        ...(place !== undefined && { detail: place }),
      };
    }),
    choice.value,
  );
  if (executor === undefined) return undefined;
  const timeout = await askTimeout(config.resultTimeout.value);
  if (timeout === undefined) return undefined;
  const onTimeout = timeout === 0 ? config.onTimeout.value : await askOnTimeout(config.onTimeout.value, timeout);
  if (onTimeout === undefined) return undefined;
  const priority = await pick<number>(
    t("Submit with: its place among the pending tasks"),
    [
      { value: priorities.among, label: t("Normal"), detail: t("After those that were submitted before.") },
      { value: priorities.before, label: t("High"), detail: t("Before all of normal priority.") },
      { value: priorities.after, label: t("Low"), detail: t("After all of normal priority.") },
    ],
    priorities.among,
  );
  return priority === undefined ? undefined : { executor, timeout, onTimeout, priority };
}

/** @returns ms; 0: without limit. */
async function askTimeout(standard: number): Promise<number | undefined> {
  const { t } = vscode.l10n;
  const text = await vscode.window.showInputBox({
    title: t("Submit with: how long to wait for its result"),
    prompt: t("Milliseconds; 0 waits without limit."),
    value: String(standard),
    ignoreFocusOut: true,
    validateInput: (value) => (isTime(value) ? undefined : t("This must be a number of milliseconds, 0 or more.")),
  });
  return text === undefined ? undefined : Number(text);
}

function isTime(text: string): boolean {
  return /^\s*\d+(?:\.\d+)?\s*$/.test(text);
}

function askOnTimeout(standard: OnTimeout, timeout: number): Promise<OnTimeout | undefined> {
  const { t } = vscode.l10n;
  const words: Readonly<Record<OnTimeout, { readonly label: string; readonly detail: string }>> = {
    keepRunning: { label: t("Keep it running"), detail: t("The line shows a timeout error until the result comes.") },
    stop: { label: t("Stop it"), detail: t("As Cancel does: a signal first, then its worker is replaced.") },
  };
  const items = onTimeouts.map((value) => ({ value, ...words[value] }));
  return pick(t("Submit with: what to do after {0} ms without a result", timeout), items, standard);
}

/** @param first is offered first, so that Enter takes it. */
async function pick<T>(title: string, items: readonly Step<T>[], first: T): Promise<T | undefined> {
  const sorted = [...items].sort((a, b) => Number(b.value === first) - Number(a.value === first));
  return (await vscode.window.showQuickPick(sorted, { title, ignoreFocusOut: true }))?.value;
}
