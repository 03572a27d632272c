import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ProgramBuilder } from "../../../../src/programs/programBuilder.js";
import { parseStack, type StackFrame } from "../../../../src/programs/stack.js";
import type { Program } from "../../../../src/programs/types.js";

/** What the child process answers: it imports the module and calls its export, if one is named. */
type Answer = { ok: true; value: unknown } | { ok: false; name: string; message: string; stack: string };

const child = `
process.on("message", async ({ url, exportName }) => {
  try {
    const module = await import(url);
    const value = exportName ? await module[exportName]() : Object.keys(module);
    process.send({ ok: true, value });
  } catch (error) {
    const { name, message, stack } = Object(error);
    process.send({ ok: false, name: String(name), message: String(message), stack: String(stack) });
  }
});
process.send("ready");
`;

/** An error as the user meets it. */
export class RunError extends Error {
  constructor(
    readonly answer: Answer & { ok: false },
    readonly frames: readonly StackFrame[],
  ) {
    super(answer.message);
    this.name = answer.name;
  }

  /** The user's own frames, `name file:line:column` with paths from the workspace's folder. */
  userFrames(root: string): string[] {
    return this.frames
      .filter(({ origin, file }) => origin === "user" && path.basename(file ?? "") !== "child.mjs")
      .map(({ functionName, file, line, column }) => `${functionName ? `${functionName} ` : ""}${path.relative(root, file ?? "")}:${line}:${column}`);
  }
}

export const libraryUrl = pathToFileURL(path.resolve("dist/futures/index.js")).href;
export const supportUrl = pathToFileURL(path.resolve("dist/kernel/callSupport.js")).href;

/** A folder with files, a builder, and a Node process in which what is built really runs. */
export class Workspace {
  /** Without links, as Node names files. */
  readonly root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "programs test ü#%20-")));
  readonly folder = path.join(this.root, "work");
  readonly programs = path.join(this.root, "programs");
  readonly builder = new ProgramBuilder({ directory: this.programs, libraryUrl, supportUrl });
  #child: Promise<ChildProcess> | undefined;

  /** Writes files by their paths from the folder. */
  write(files: Record<string, string | object>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = this.path(name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    }
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  url(name: string): string {
    return pathToFileURL(this.path(name)).href;
  }

  build(name: string, overlay: Record<string, string> = {}, main = false): Promise<Program> {
    return this.builder.build({
      file: this.path(name),
      overlay: new Map(Object.entries(overlay).map(([key, text]) => [this.path(key), text])),
      main,
    });
  }

  /** Builds a module, calls a function of it, and gives the result. */
  async call(name: string, functionName: string, argumentsText = "", overlay: Record<string, string> = {}): Promise<unknown> {
    const program = await this.build(name, overlay);
    const { url, exportName } = await this.builder.buildCall(program, { functionName, argumentsText });
    return this.run(url, exportName);
  }

  /** The error of a call. */
  async failure(name: string, functionName: string, argumentsText = "", overlay: Record<string, string> = {}): Promise<RunError> {
    try {
      await this.call(name, functionName, argumentsText, overlay);
    } catch (error) {
      if (error instanceof RunError) return error;
      throw error;
    }
    throw new Error(`${functionName}(${argumentsText}) did not fail`);
  }

  /** Imports a module in the Node process, and calls its export. */
  async run(url: string, exportName?: string): Promise<unknown> {
    this.#child ??= this.#start();
    const process = await this.#child;
    process.send({ url, exportName });
    const [answer] = (await once(process, "message")) as [Answer];
    if (answer.ok) return answer.value;
    const places = { programsDirectory: this.programs, libraryDirectory: path.resolve("dist/futures") };
    throw new RunError(answer, parseStack(answer.stack, places, answer.message));
  }

  async dispose(): Promise<void> {
    await this.builder.dispose();
    (await this.#child)?.kill();
    rmSync(this.root, { recursive: true, force: true });
  }

  async #start(): Promise<ChildProcess> {
    mkdirSync(this.root, { recursive: true });
    const file = path.join(this.root, "child.mjs");
    writeFileSync(file, child);
    const started = fork(file, { execArgv: ["--enable-source-maps"], serialization: "advanced", cwd: os.tmpdir() });
    await once(started, "message");
    return started;
  }
}
