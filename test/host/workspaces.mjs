// @ts-check
import { cpSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import path from "node:path";
import { projectRoot, stateFolder } from "./paths.mjs";

/**
 * Makes a workspace folder for one test: a copy of a fixture, or empty. Whoever asks deletes it.
 * It lies as deep in the repository as media/examples does: so relative paths in a copied tsconfig.json still hold, and an import of
 * "concurrent-futures" finds the repository's own package.
 * @param {string} [fixture] The folder to copy, absolute or relative to the repository.
 * @returns {string} Absolute path.
 * @throws {Error} When there is no such fixture.
 */
export function copyWorkspace(fixture) {
  const source = fixture === undefined ? undefined : path.resolve(projectRoot, fixture);
  if (source && !existsSync(source)) throw new Error(`There is no fixture folder ${source}`);
  mkdirSync(stateFolder, { recursive: true });
  const folder = mkdtempSync(path.join(stateFolder, "workspace-"));
  if (source) cpSync(source, folder, { recursive: true });
  return folder;
}
