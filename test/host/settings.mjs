// @ts-check
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** User settings of every VS Code that we start: no assistant, no welcome page, nothing that asks the network. */
const quiet = {
  "chat.disableAIFeatures": true,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "typescript.disableAutomaticTypeAcquisition": true,
};

/** Added for tests: what a test reads has to be in the DOM as text, and always at the same place. */
export const testSettings = {
  ...quiet,
  "security.workspace.trust.startupPrompt": "never",
  "terminal.integrated.gpuAcceleration": "off",
  "editor.minimap.enabled": false,
  "workbench.editor.restoreViewState": false,
};

/** What a person starts with who tries the extension; from then on the file is theirs. */
export const personSettings = quiet;

/**
 * Writes the user settings of a user-data folder that has none yet.
 * @param {string} userData
 * @param {Record<string, unknown>} settings
 */
export function writeSettings(userData, settings) {
  const file = path.join(userData, "User", "settings.json");
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(settings, undefined, 2)}\n`);
}
