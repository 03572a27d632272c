import { execFile } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { UserError } from "../errors.js";
import type { Translate } from "../translate.js";
import { installedVersions } from "./installedVersions.js";
import { fits, type Pin } from "./pin.js";

/** The oldest Node.js that the kernel and its workers run on. */
export const oldestNode = 20;

/** The Node.js that runs the kernel. */
export interface Runtime {
  readonly command: string;
  /** Without the leading `v`. */
  readonly version: string;
  readonly source: "setting" | "pin" | "path" | "editor";
  /** The file that pins it, or what became of a pin that could not be kept. */
  readonly note?: string;
  /** Variables that it needs beside the environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface RuntimeQuestion {
  /** The setting `futures.runtime`: a path, or a command on PATH; empty: look for one. */
  readonly setting: string;
  readonly env: NodeJS.ProcessEnv;
  /** The version that the workspace folder asks for. */
  readonly pin?: Pin | undefined;
  /** The process that asks: the editor's own runtime. */
  readonly editor: { readonly execPath: string; readonly version: string };
  readonly t: Translate;
}

/**
 * Finds a Node.js: the setting, else the version that the workspace pins, else `node` on PATH, else the editor's own.
 *
 * @throws UserError that says what was tried and what to set, when there is none or the setting names none.
 */
export async function findRuntime(question: RuntimeQuestion): Promise<Runtime> {
  const { t } = question;
  const setting = question.setting.trim();
  if (setting !== "") {
    const tried = await tryCommand(setting, question);
    if ("version" in tried) return { ...tried, source: "setting", env: {} };
    // What the user named is not replaced by something else behind their back.
    throw new UserError(t("The setting futures.runtime names no Node.js {0} or newer: {1}.", oldestNode, tried.reason), openSetting(t));
  }
  const onPath = await tryCommand("node", question);
  const { pin } = question;
  const pinned = pin && (await findPinned(pin, onPath, question));
  if (pin && pinned) return { ...pinned, source: "pin", note: pin.file, env: {} };
  const missed = pin ? { note: t("{0} asks for Node.js {1}, which was not found", pin.file, pin.version) } : {};
  if ("version" in onPath) return { ...onPath, ...missed, source: "path", env: {} };
  const { execPath, version } = question.editor;
  if (isNewEnough(version)) return { command: execPath, version, ...missed, source: "editor", env: { ELECTRON_RUN_AS_NODE: "1" } };
  const editors = t("{0} is Node.js {1}", execPath, version);
  throw new UserError(
    t("Found no Node.js {0} or newer. Tried: {1}; {2}. Install one, or set futures.runtime to its path.", oldestNode, onPath.reason, editors),
    openSetting(t),
  );
}

function openSetting(t: Translate) {
  return { title: t("Open Setting"), command: { id: "workbench.action.openSettings", args: ["futures.runtime"] } } as const;
}

/** The one on PATH if it fits, as a shell of the folder would have it; else the newest that a version manager has installed. */
async function findPinned(pin: Pin, onPath: Tried, question: RuntimeQuestion): Promise<{ command: string; version: string } | undefined> {
  if ("version" in onPath && fits(pin, onPath.version)) return onPath;
  for (const { command, version } of await installedVersions(question.env)) {
    if (!fits(pin, version) || !isNewEnough(version)) continue;
    const tried = await tryCommand(command, question);
    if ("version" in tried) return tried;
  }
  return undefined;
}

type Tried = { readonly command: string; readonly version: string } | { readonly reason: string };

async function tryCommand(name: string, { env, t }: RuntimeQuestion): Promise<Tried> {
  const command = await locate(name, env);
  if (command === undefined)
    return { reason: path.basename(name) === name ? t("{0} is not on PATH", name) : t("{0} is not an executable file", name) };
  const answer = await versionOf(command, env);
  if (answer === undefined) return { reason: t("{0} does not answer as Node.js does", command) };
  return isNewEnough(answer) ? { command, version: answer } : { reason: t("{0} is Node.js {1}", command, answer) };
}

async function locate(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const windows = process.platform === "win32";
  const endings = windows ? ["", ".exe"] : [""];
  const home = name.startsWith("~/") ? path.join(os.homedir(), name.slice(2)) : name;
  const search = (windows ? env.Path : undefined) ?? env.PATH ?? "";
  // A relative path would depend on the folder the editor was started in, so it counts as none.
  const folders = path.basename(home) === home ? search.split(path.delimiter).filter((folder) => path.isAbsolute(folder)) : [""];
  for (const folder of folders) {
    for (const ending of endings) {
      const file = path.join(folder, home + ending);
      if (path.isAbsolute(file) && (await isExecutable(file))) return file;
    }
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { env: { ...env, NODE_OPTIONS: "" }, timeout: 5_000, windowsHide: true };
    execFile(command, ["-p", "process.versions.node"], options, (error, stdout) => {
      const version = stdout.trim();
      resolve(!error && /^\d+\.\d+\.\d+/.test(version) ? version : undefined);
    });
  });
}

function isNewEnough(version: string): boolean {
  return Number.parseInt(version, 10) >= oldestNode;
}
