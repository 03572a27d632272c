// @ts-check
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { cleanEnvironment } from "./environment.mjs";
import { run } from "./installSupport.mjs";
import { browserFile, browserFolder, hostFolder } from "./paths.mjs";

/**
 * How the browser is started. The package's own list of flags is made for another place: it switches web security off and runs all in one process.
 * @type {string[]}
 */
export const browserFlags = [
  "--no-sandbox", // Root in a container cannot have it; the browser sees nothing but our own server.
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/**
 * Unpacks the browser and what its package brings along: NSS and Expat libraries, fonts, a software renderer.
 * @throws {Error} When the package cannot be unpacked (a full disk, for example).
 */
export async function unpackBrowser() {
  mkdirSync(browserFolder, { recursive: true });
  // The package unpacks into the folder for temporary files, hence a process with one of its own.
  const script = `
    import { inflate } from "@sparticuz/chromium";
    for (const part of ["chromium.br", "al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"]) await inflate("node_modules/@sparticuz/chromium/bin/" + part);`;
  const { code, output } = await run(process.execPath, ["--input-type=module", "-e", script], {
    cwd: hostFolder,
    env: cleanEnvironment({ TMPDIR: browserFolder }),
  });
  if (code !== 0) throw new Error(`The browser could not be unpacked into ${browserFolder}:\n${output.trim()}`);
}

/**
 * Finds out how the browser starts and shows text on this machine: as it is, or with the libraries and the font that came with it where the system
 * has none. That saves the `apt-get install` that a fresh server or container would need; as nothing of the system is changed, nobody has to be root.
 * @returns {Promise<Record<string, string>>} The environment variables it needs; mostly none.
 * @throws {Error} When it starts in no way; the message holds what the browser said and which packages to install.
 */
export async function findBrowserEnvironment() {
  const libraries = { LD_LIBRARY_PATH: path.join(browserFolder, "al2023", "lib") };
  const fonts = { FONTCONFIG_FILE: writeFontConfiguration() };
  const reasons = new Set();
  for (const environment of [{}, fonts, libraries, { ...libraries, ...fonts }]) {
    try {
      await startOnce(environment);
      return environment;
    } catch (error) {
      reasons.add(reasonIn(error instanceof Error ? error.message : String(error)));
    }
  }
  throw new Error(
    `The browser from npm does not start on this machine. It says:\n${[...reasons].join("\n")}\n` +
      "It needs glibc 2.34 or newer; libraries that it names as missing come from your system's packages: on Debian and Ubuntu " +
      '"sudo apt-get install libnss3 libnspr4 libexpat1". Then run the same command again.',
  );
}

/**
 * @param {string} message Playwright's, with a long record of the start.
 * @returns {string} What the browser itself said, else the first line.
 */
function reasonIn(message) {
  const said = [...message.matchAll(/^\[pid=\d+\]\[err\] (.*)$/gm)].map((match) => match[1]);
  return said.length > 0 ? said.join("\n") : (message.split("\n", 1)[0] ?? message);
}

/** @returns {string} The file; the one in the package names folders of the place that it was made for. */
function writeFontConfiguration() {
  const file = path.join(browserFolder, "fonts.conf");
  const [fonts, cache] = ["fonts", "fonts-cache"].map((name) => path.join(browserFolder, name));
  writeFileSync(file, `<?xml version="1.0"?>\n<fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>\n`);
  return file;
}

/** @param {Record<string, string>} environment */
async function startOnce(environment) {
  const env = /** @type {Record<string, string>} */ (cleanEnvironment(environment));
  const browser = await chromium.launch({ executablePath: browserFile, args: browserFlags, env, timeout: 30_000 });
  try {
    const page = await browser.newPage();
    await page.setContent("<span>text</span>");
    const box = await page.getByText("text").boundingBox();
    if (!box?.width) throw new Error("It shows no text, as it finds no font.");
  } finally {
    await browser.close();
  }
}
