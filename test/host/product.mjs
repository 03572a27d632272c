// @ts-check
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "./paths.mjs";

/**
 * Installs this repository's extension into a folder of extensions, as its package would lie there (but unminified). Unlike an extension under
 * development it then runs as a user has it: in production mode, with toasts. A copy, not a link: "Uninstall" in the editor deletes the folder.
 * Only right before the server's first start there: later ones read a list that it writes.
 * @param {string} extensionsFolder
 * @throws {Error} When the extension has not been built.
 */
export function installExtension(extensionsFolder) {
  const manifest = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8"));
  if (!existsSync(path.join(projectRoot, manifest.main))) throw new Error(`${manifest.main} is not there: build first, with "npm run build"`);
  const target = path.join(extensionsFolder, `${manifest.publisher}.${manifest.name}-${manifest.version}`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const ships = (/** @type {string} */ name) =>
    ["package.json", "README.md", "CHANGELOG.md", "LICENSE", "dist", "media", "l10n"].includes(name) || /^package\.nls.*\.json$/.test(name);
  for (const name of readdirSync(projectRoot).filter(ships)) cpSync(path.join(projectRoot, name), path.join(target, name), { recursive: true });
}
