import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../../src/extension/api.js";
import type { ShownMessage } from "../../../../src/extension/messages.js";
import type { TaskRecord } from "../../../../src/extension/tasks/taskRecord.js";
import type { ExecutorId } from "../../../../src/protocol/values.js";

/** ms that anything awaited here may take. */
const limit = 20_000;

/** Our extension, as the editor has loaded it. */
export function extension(): vscode.Extension<ExtensionApi> {
  return vscode.extensions.getExtension("concurrent-futures.concurrent-futures") ?? assert.fail("the extension is not there");
}

/** What the extension exports, after its activation. */
export function activated(): Promise<ExtensionApi> {
  return Promise.resolve(extension().activate());
}

/** A folder of its own under the workspace folder, with files. */
export class Files {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<Files> {
    // Served in a browser, the editor saves by itself; tests of unsaved texts must be sure that nobody does.
    await vscode.workspace.getConfiguration("files").update("autoSave", "off", vscode.ConfigurationTarget.Global);
    const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail("no folder is open");
    return new Files(await mkdtemp(path.join(workspace, "host-")));
  }

  /** Writes a file; resolves to its Uri. */
  async write(name: string, text: string): Promise<vscode.Uri> {
    const file = path.join(this.#folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return vscode.Uri.file(file);
  }

  /** Closes every editor without saving, and deletes the folder. */
  async remove(): Promise<void> {
    await closeEditors();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Presses Enter until a command that asks is through: no event tells that a prompt or a pick is open. */
export async function accept<T>(command: Thenable<T>): Promise<T> {
  let end: { readonly result: T } | undefined;
  command.then((result) => {
    end = { result };
  });
  for (const last = Date.now() + limit; !end && Date.now() < last; await new Promise((resolve) => setTimeout(resolve, 50)))
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
  return end ? end.result : assert.fail("the prompt does not end");
}

/** Closes every editor; what is not saved is lost. */
export async function closeEditors(): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty) continue;
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  }
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

/** Opens a document in the editor, the cursor where `at` begins. */
export async function show(uri: vscode.Uri, at?: string): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  if (at !== undefined) {
    const position = positionOf(editor.document, at);
    editor.selection = new vscode.Selection(position, position);
  }
  return editor;
}

/** Where a text begins in a document. */
export function positionOf(document: vscode.TextDocument, text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, `${text} is not in ${document.fileName}`);
  return document.positionAt(offset);
}

/** Replaces a text in a document, as typing does: nothing is saved. */
export async function replace(document: vscode.TextDocument, text: string, by: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(positionOf(document, text), positionOf(document, text).translate(0, text.length)), by);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** Runs "Submit to Executor"; resolves to the task's id. */
export async function submit(uri: vscode.Uri, functionName: string, argumentsText = "", executor?: ExecutorId): Promise<string> {
  const options = { uri: uri.toString(), functionName, argumentsText, ...(executor && { executor }) };
  const id = await vscode.commands.executeCommand<string | undefined>("futures.submit", options);
  return id ?? assert.fail(`${functionName} was not submitted`);
}

/** Resolves to a task's record as soon as `holds` is true of it. */
export async function taskThat(id: string, holds: (task: TaskRecord) => boolean): Promise<TaskRecord> {
  const { store } = await activated();
  const found = (): TaskRecord | undefined => {
    const record = store.get(id) ?? assert.fail(`task ${id} is not kept`);
    return holds(record) ? record : undefined;
  };
  return when(
    (listener) => store.onDidChange(listener),
    found,
    () => `task ${id} is ${JSON.stringify(store.get(id))}`,
  );
}

export const running = (id: string): Promise<TaskRecord> => taskThat(id, ({ state }) => state === "running");
export const settled = (id: string): Promise<TaskRecord> => taskThat(id, ({ settledAt }) => settledAt !== undefined);

/** Submits and resolves to the settled task. */
export async function run(...args: Parameters<typeof submit>): Promise<TaskRecord> {
  return settled(await submit(...args));
}

/** Submits and resolves to the one-line preview of the result. */
export async function resultOf(...args: Parameters<typeof submit>): Promise<string> {
  const { value, error } = await run(...args);
  return value?.preview ?? assert.fail(JSON.stringify(error));
}

/** Submits what has to fail; resolves to the task and its error. */
export async function failureOf(...args: Parameters<typeof submit>) {
  const record = await run(...args);
  return { ...record, error: record.error ?? assert.fail(`it did not fail but is ${record.state}`) };
}

/** Resolves to what `found` gives, asked now and whenever the event comes. */
export async function when<T>(
  event: (listener: () => void) => { dispose(): void },
  found: () => T | undefined,
  otherwise: () => string = () => "it did not come",
): Promise<T> {
  let done: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const result = new Promise<T>((resolve, reject) => {
    const look = (): void => {
      try {
        const value = found();
        if (value !== undefined) resolve(value);
      } catch (error) {
        reject(error);
      }
    };
    const subscription = event(look);
    timer = setTimeout(() => reject(new Error(`after ${limit} ms ${otherwise()}`)), limit);
    done = () => subscription.dispose();
    look();
  });
  try {
    return await result;
  } finally {
    done?.();
    clearTimeout(timer);
  }
}

/** Runs something; resolves to the messages that the extension showed meanwhile. */
export async function messagesOf(work: () => Thenable<unknown>): Promise<ShownMessage[]> {
  const { messages } = await activated();
  const shown: ShownMessage[] = [];
  const subscription = messages.onDidShow((message) => shown.push(message));
  try {
    await work();
  } finally {
    subscription.dispose();
  }
  return shown;
}

/** Changes a setting of ours for the user; resolves when the extension has seen it. Undone by {@link resetSettings}. */
export async function set(key: string, value: unknown): Promise<void> {
  changed.add(key);
  await vscode.workspace.getConfiguration("futures").update(key, value, vscode.ConfigurationTarget.Global);
}
const changed = new Set<string>();

/** Takes back every {@link set}. */
export async function resetSettings(): Promise<void> {
  for (const key of changed) await vscode.workspace.getConfiguration("futures").update(key, undefined, vscode.ConfigurationTarget.Global);
  changed.clear();
}

/** The hover over a place, as text: every provider's, each with its code blocks and links. */
export async function hoverAt(uri: vscode.Uri, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", uri, position);
  return hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value))).join("\n");
}
