// @ts-check
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { installBridge } from "./bridge.mjs";
import { cleanEnvironment } from "./environment.mjs";
import { startGuarded } from "./guarded.mjs";
import { installHost } from "./install.mjs";
import { hostNode, projectRoot, vscodeFolder } from "./paths.mjs";
import { installExtension } from "./product.mjs";
import { testSettings, writeSettings } from "./settings.mjs";
import { until } from "./waiting.mjs";
import { copyWorkspace } from "./workspaces.mjs";

/**
 * How the extension gets into the editor.
 * - "dev": as an extension under development, and its tests with it, as desktop VS Code does for F5. A built server heeds that only with its
 *   smoke-test driver on, which hides notification toasts (the notification centre still has them).
 * - "product": installed, as a user has it; toasts, production mode, no tests inside.
 * @typedef {"dev" | "product"} Mode
 *
 * @typedef {object} ServerOptions
 * @property {Mode} [mode] Default "dev".
 * @property {string | false} [extension] What runs in it. Default: the repository's extension. In "dev" mode the folder of another one, in "product"
 *   mode the absolute path of a VSIX; false for none.
 * @property {boolean} [bridge] Whether tests can evaluate functions in the extension host. Default true.
 * @property {boolean} [trust] Whether VS Code asks whether a folder is trusted. Default false: every folder is.
 * @property {Record<string, unknown>} [settings] User settings on top of those for tests; without effect on user data that have settings.
 * @property {string} [userData] User data to keep; default: fresh ones, deleted at the end.
 * @property {string} [extensionsFolder] Where extensions are installed, to keep; default: a fresh folder, deleted at the end.
 * @property {number} [port] Default: a free one.
 * @property {NodeJS.ProcessEnv} [env] Added to the environment of server and extension hosts.
 */

/**
 * Starts a VS Code server on 127.0.0.1, installing the host on first use. One server serves many windows, each with its own extension host.
 * @param {ServerOptions} [options]
 * @returns {Promise<EditorServer>}
 * @throws {Error} When it does not start; with the end of its log.
 */
export async function startServer(options = {}) {
  await installHost();
  const { mode = "dev", extension = mode === "dev" ? projectRoot : undefined } = options;
  const folder = mkdtempSync(path.join(tmpdir(), "editor-")); // Short: it holds unix sockets, whose paths are limited to 107 characters.
  const { args, env, bridgeFolder } = await prepare(folder, options).catch((error) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });

  const port = options.port ?? (await freePort());
  const token = randomUUID();
  args.push("--host", "127.0.0.1", "--port", String(port), "--connection-token", token, "--telemetry-level", "off");
  if (mode === "dev") args.push("--enable-smoke-test-driver");
  if (!options.trust) args.push("--disable-workspace-trust");
  const logFile = path.join(folder, "server.log");
  const output = openSync(logFile, "w");
  const running = startGuarded(hostNode, args, { cwd: vscodeFolder, env, output });
  running.deleteAtEnd(folder);
  closeSync(output);
  const log = () => readFileSync(logFile, "utf8");
  try {
    await waitForAnswer(`http://127.0.0.1:${port}/version`, running.exited);
  } catch (error) {
    const tail = log().slice(-3000);
    await running.end();
    throw new Error(`VS Code's server did not start: ${error instanceof Error ? error.message : error}\n${tail}`, { cause: error });
  }
  return new EditorServer({ mode, port, token, folder, bridgeFolder, developed: mode === "dev" && extension ? extension : undefined, running, log });
}

/**
 * Lays out the folders of a server and puts its extensions there.
 * @param {string} folder
 * @param {ServerOptions} options
 */
async function prepare(folder, { mode = "dev", extension, bridge = true, ...options }) {
  const inside = (/** @type {string} */ name) => path.join(folder, name);
  const userData = options.userData ?? inside("user");
  const extensionsFolder = options.extensionsFolder ?? inside("extensions");
  const bridgeFolder = inside("bridge");
  for (const needed of [userData, extensionsFolder, bridgeFolder, inside("tmp")]) mkdirSync(needed, { recursive: true });
  writeSettings(userData, { ...testSettings, ...options.settings });

  const folders = ["--user-data-dir", userData, "--extensions-dir", extensionsFolder, "--server-data-dir", inside("data")];
  const args = [path.join("out", "server-main.js"), "--accept-server-license-terms", ...folders];
  const env = cleanEnvironment({
    EXTENSIONS_GALLERY: "{}", // No gallery, so nothing is asked for on the network.
    TMPDIR: inside("tmp"), // Sockets are left behind there.
    FUTURES_BRIDGE_FOLDER: bridgeFolder,
    ...options.env,
  });
  if (bridge) installBridge(extensionsFolder);
  if (mode === "product" && extension === undefined) installExtension(extensionsFolder);
  if (mode === "product" && extension) await promisify(execFile)(hostNode, [...args, "--install-extension", extension], { cwd: vscodeFolder, env });
  return { args, env, bridgeFolder };
}

/**
 * @typedef {object} ServerState
 * @property {Mode} mode
 * @property {number} port
 * @property {string} token
 * @property {string} folder
 * @property {string} bridgeFolder
 * @property {string | undefined} developed
 * @property {import("./guarded.mjs").Guarded} running
 * @property {() => string} log
 */

/** A running VS Code server. */
export class EditorServer {
  /** @type {ServerState} */ #state;

  /** @param {ServerState} state */
  constructor(state) {
    this.#state = state;
  }

  /** How the extension got in. */
  get mode() {
    return this.#state.mode;
  }

  /** Where windows leave the addresses of their bridges. */
  get bridgeFolder() {
    return this.#state.bridgeFolder;
  }

  /** A folder for files of this run; deleted with the server. */
  get folder() {
    return this.#state.folder;
  }

  /** Settles when the server ends, wanted or not. */
  get exited() {
    return this.#state.running.exited;
  }

  /** What the server has logged so far. */
  log() {
    return this.#state.log();
  }

  /**
   * The address of a window; it works in any browser on this machine. The token in it keeps other users of the machine, and web pages, out.
   * @param {object} [show]
   * @param {string} [show.folder] Absolute path of a folder, or
   * @param {string} [show.workspaceFile] of a `.code-workspace` file; without both an empty window.
   * @param {string} [show.tests] Module that runs in the extension host as `extensionTestsPath` ("dev" mode only).
   * @param {string} [show.file] A file to open.
   * @returns {string}
   */
  address({ folder, workspaceFile, tests, file } = {}) {
    const remote = (/** @type {string} */ item) => `vscode-remote://127.0.0.1:${this.#state.port}${item}`;
    const payload = [];
    if (this.#state.developed) payload.push(["extensionDevelopmentPath", remote(this.#state.developed)]);
    if (tests) payload.push(["extensionTestsPath", remote(tests)]);
    if (file) payload.push(["openFile", remote(file)]);
    const query = new URLSearchParams({ tkn: this.#state.token });
    if (workspaceFile) query.set("workspace", workspaceFile);
    else if (folder) query.set("folder", folder);
    else query.set("ew", "true");
    if (payload.length > 0) query.set("payload", JSON.stringify(payload));
    return `http://127.0.0.1:${this.#state.port}/?${query}`;
  }

  /**
   * A workspace folder of its own for one window: a copy of a fixture, or empty; deleted with the server.
   * @param {string} [fixture] Absolute, or relative to the repository, such as "media/examples".
   * @returns {string} Absolute path.
   */
  workspace(fixture) {
    const copy = copyWorkspace(fixture);
    this.#state.running.deleteAtEnd(copy);
    return copy;
  }

  /**
   * Ends the server with its extension hosts and all that these started. Safe to call again.
   * @returns {Promise<number>} The server's exit code.
   */
  stop() {
    return this.#state.running.end();
  }
}

/**
 * @param {string} address
 * @param {Promise<number>} exited
 */
async function waitForAnswer(address, exited) {
  /** @type {number | undefined} */
  let code;
  void exited.then((value) => {
    code = value;
  });
  const answered = await until("an answer of the server", async () => code !== undefined || (await fetch(address)).ok, 30_000);
  if (answered && code !== undefined) throw new Error(`it ended with code ${code}`);
}

/** @returns {Promise<number>} */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
