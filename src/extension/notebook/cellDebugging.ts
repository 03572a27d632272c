import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import type { Messages } from "../messages.js";

/** Names the file of the cell in the configuration of a session. */
const cellKey = "futuresCell";

/** A cell as the debugger knows it: it takes files only. */
interface DebuggedCell {
  readonly uri: string;
  readonly file: string;
}

interface Source {
  path?: string;
  name?: string;
}

/** Attaches the editor's own JavaScript debugger to the session of a notebook, where what stands for a cell is a file with its text. */
export class CellDebugging implements Disposable {
  readonly #disposables = new Disposables();
  readonly #messages: Messages;
  readonly #folder: string;
  readonly #own: string;
  readonly #cells = new Map<string, DebuggedCell>();

  /** @param storage folder of what is built. @param own folder of our own built code, which nobody wants to step through. */
  constructor(messages: Messages, storage: string, own: string) {
    this.#messages = messages;
    this.#folder = path.join(storage, "cells");
    this.#own = own;
    this.#disposables.add(vscode.debug.onDidTerminateDebugSession(({ configuration }) => void this.#forget(String(configuration[cellKey]))));
    this.#disposables.add(
      vscode.debug.registerDebugAdapterTrackerFactory("*", {
        createDebugAdapterTracker: (session) => {
          const cell = this.#cells.get(cellFileOf(session) ?? "");
          if (!cell) return undefined;
          return {
            onWillReceiveMessage: (message: unknown) => eachSource(message, (source) => toFile(source, cell)),
            onDidSendMessage: (message: unknown) => eachSource(message, (source) => toCell(source, cell)),
          };
        },
      }),
    );
  }

  /** The debugger has ended: its file has nobody to stand for. */
  async #forget(file: string): Promise<void> {
    if (this.#cells.delete(file)) await rm(path.dirname(file), { recursive: true, force: true });
  }

  /** Writes the file that stands for a cell while it is debugged. */
  async prepare(cell: vscode.NotebookCell): Promise<string> {
    const file = path.join(this.#folder, `${encodeURIComponent(cell.document.uri.fragment)}-${Date.now()}`, `Cell ${cell.index + 1}.ts`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, cell.document.getText());
    this.#cells.set(file, { uri: cell.document.uri.toString(), file });
    return file;
  }

  /** The session of the notebook waits at a port. @param file of {@link prepare}. */
  async attach(cell: vscode.NotebookCell, file: string, port: number, sessions: string): Promise<void> {
    const { t } = vscode.l10n;
    const slashed = (folder: string): string => folder.replaceAll("\\", "/");
    const configuration: vscode.DebugConfiguration = {
      type: "node",
      request: "attach",
      name: t("Cell {0}", cell.index + 1),
      address: "127.0.0.1",
      port,
      continueOnAttach: true,
      sourceMaps: true,
      pauseForSourceMap: true,
      outFiles: [`${slashed(sessions)}/**/*.mjs`],
      resolveSourceMapLocations: null,
      skipFiles: ["<node_internals>/**", `${slashed(this.#own)}/**`],
      autoAttachChildProcesses: false,
      [cellKey]: file,
    };
    const started = await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(cell.notebook.uri), configuration, {
      suppressSaveBeforeStart: true,
    });
    if (started) return;
    await this.#forget(file);
    const problem = t("the debugger for JavaScript did not start");
    this.#messages.warn(t("{0} cannot be debugged: {1}", configuration.name, problem), this.#messages.showLog);
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

/** The debugger makes a session of its own for the process, below the one that was asked for. */
function cellFileOf(session: vscode.DebugSession | undefined): string | undefined {
  const file: unknown = session?.configuration[cellKey];
  return typeof file === "string" || !session ? (file as string | undefined) : cellFileOf(session.parentSession);
}

function toFile(source: Source, { uri, file }: DebuggedCell): void {
  if (source.path?.startsWith("vscode-notebook-cell:") && vscode.Uri.parse(source.path).toString() === uri) source.path = file;
}

function toCell(source: Source, { uri, file }: DebuggedCell): void {
  if (source.path === file) source.path = uri;
}

/** Every source that a message of the debugger's protocol names. */
function eachSource(message: unknown, change: (source: Source) => void): void {
  if (typeof message !== "object" || message === null) return;
  for (const [name, value] of Object.entries(message)) {
    if (name === "source" && typeof value === "object" && value !== null) change(value as Source);
    else eachSource(value, change);
  }
}
