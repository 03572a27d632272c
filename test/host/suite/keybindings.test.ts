import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extension } from "./support/editor.js";

interface Keybinding {
  readonly key: string;
  readonly command: string;
  readonly when?: string;
}

describe("keybindings", () => {
  it("take no key from the editor: no chord of ours is one of its own, or begins one", async () => {
    const { keybindings } = (extension().packageJSON as { contributes: { keybindings: (Keybinding & { mac: string })[] } }).contributes;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse("vscode://defaultsettings/keybindings.json"));
    const json = document.getText().replace(/^\s*\/\/.*$/gm, "");
    const defaults = (JSON.parse(json) as Keybinding[]).filter(({ command, when }) => !command.startsWith("futures.") && when !== "false");
    assert.ok(defaults.length > 500, `${defaults.length} default keybindings`);
    const normal = (key: string): string => key.toLowerCase().replaceAll("cmd+", "ctrl+");
    for (const { key, mac, command } of keybindings) {
      assert.equal(normal(mac), key, command);
      const clashes = defaults.filter((other) => other.key === key || other.key.startsWith(`${key} `) || key.startsWith(`${other.key} `));
      assert.deepEqual(clashes, [], command);
    }
  });
});
