// @ts-check
// npm start: builds, and opens a VS Code with the extension in it on media/examples.
//   npm start -- --folder PATH   on another folder
//   npm start -- --served        in the browser, even if the desktop's `code` is on PATH
//   npm start -- --port N        served on this port; without it on 3737, or another one if that is taken
//   npm start -- --no-open       without opening the browser
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { examplesFolder, projectRoot, stateFolder } from "./paths.mjs";
import { freePort, startServer } from "./server.mjs";
import { personSettings, writeSettings } from "./settings.mjs";

const usualPort = 3737; // Always the same: layout and workspace state (remembered arguments) are kept by the browser, by address.

const values = readOptions();
try {
  process.exitCode = await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        folder: { type: "string" },
        port: { type: "string" },
        served: { type: "boolean", default: false },
        "no-open": { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

/** @returns {Promise<number>} The exit code. */
async function start() {
  // INIT_CWD is where the person typed `npm start`; npm itself runs in the repository.
  const folder = values.folder === undefined ? examplesFolder : path.resolve(process.env.INIT_CWD ?? "", values.folder);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Error(`There is no folder ${folder}`);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) throw new Error(`--port ${values.port}: not a port number`);

  console.log("building");
  build("esbuild.mjs");
  build("node_modules/typescript/bin/tsc", "-p", "src/futures/tsconfig.json"); // So that imports of "concurrent-futures" in the examples have types.
  if (!values.served && openDesktop(folder)) return 0;
  return serve(folder, port);
}

/** @param {string[]} args */
function build(...args) {
  if (spawnSync(process.execPath, args, { cwd: projectRoot, stdio: "inherit" }).status !== 0) throw new Error(`"node ${args.join(" ")}" failed`);
}

/**
 * Opens the desktop editor with the extension under development, as F5 does.
 * @param {string} folder
 * @returns {boolean} False if there is none or it does not take the arguments.
 */
function openDesktop(folder) {
  const code = findOnPath(process.platform === "win32" ? "code.cmd" : "code");
  if (!code) return false;
  // In a terminal of an editor that serves a remote machine, `code` only talks to that editor, which develops no extensions for us.
  if (process.env.VSCODE_IPC_HOOK_CLI) return false;
  console.log(`opening ${folder} in the editor of ${code} (if no window appears: npm start -- --served)`);
  const shell = process.platform === "win32"; // .cmd files need one, and quotes.
  const quoted = [`--extensionDevelopmentPath=${projectRoot}`, "--new-window", folder].map((arg) => (shell ? `"${arg}"` : arg));
  const { status } = spawnSync(shell ? `"${code}"` : code, quoted, { stdio: "inherit", shell });
  if (status !== 0) console.log(`it ended with code ${status}; serving VS Code instead`);
  return status === 0;
}

/** @param {string} name */
function findOnPath(name) {
  const isExecutable = (/** @type {string} */ file) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  };
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

/**
 * Serves VS Code until Ctrl-C. The extension is installed, not under development: a built server takes extensions under development with its
 * smoke-test driver only, and that hides the toasts that a user gets. After a change of the code: Ctrl-C and `npm start` again.
 * @param {string} folder
 * @param {number | undefined} wantedPort
 * @returns {Promise<number>} The exit code.
 */
async function serve(folder, wantedPort) {
  const port = wantedPort === undefined ? await freePort(usualPort).catch(() => freePort()) : await freePort(wantedPort).catch(refusePort);
  const userData = path.join(stateFolder, "start"); // Kept, so that settings survive.
  writeSettings(userData, personSettings);
  const isOurs = folder === examplesFolder;
  // A folder of one's own is asked about, as in any VS Code; nobody needs to be asked about the examples of this repository.
  const server = await startServer({ mode: "product", bridge: false, trust: !isOurs, userData, port });
  const interrupted = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, resolve);
  });

  const first = path.join(folder, "fib.ts");
  const address = server.address({ folder, ...(isOurs && existsSync(first) && { file: first }) });
  console.log(`\nVS Code with Concurrent Futures is at\n\n  ${address}\n\nCtrl-C ends it.`);
  if (!values["no-open"] && !process.env.CI) openBrowser(address);

  const ended = await Promise.race([interrupted.then(() => undefined), server.exited]);
  if (ended !== undefined) throw new Error(`The server ended by itself, with code ${ended}`);
  await server.stop();
  return 0;
}

/** @returns {never} */
function refusePort() {
  throw new Error(`Port ${values.port} is taken; leave --port out for a free one`);
}

/**
 * Opens the address where there is a desktop. Only for Linux, as VS Code is served on no other.
 * @param {string} address
 */
function openBrowser(address) {
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  spawn("xdg-open", [address], { stdio: "ignore", detached: true })
    .once("error", () => {}) // There is none; the address has been printed.
    .unref();
}
