// @ts-check
import { chromium } from "playwright-core";
import { cleanEnvironment } from "./environment.mjs";
import { installHost } from "./install.mjs";
import { browserFlags } from "./installBrowser.mjs";
import { browserFile } from "./paths.mjs";

/**
 * Starts the headless browser, installing the host on first use. It ends with this process.
 * @param {import("playwright-core").LaunchOptions} [options] On top of ours.
 * @returns {Promise<import("playwright-core").Browser>}
 * @throws {Error} When it does not start.
 */
export async function launchBrowser(options = {}) {
  const { browserEnvironment } = await installHost();
  const env = /** @type {Record<string, string>} */ (cleanEnvironment(browserEnvironment));
  return chromium.launch({ executablePath: browserFile, args: browserFlags, env, ...options });
}
