import assert from "node:assert/strict";
import * as vscode from "vscode";

describe("the extension in the extension host", () => {
  const id = "concurrent-futures.concurrent-futures";

  it("is there, activates, and registers every command that it contributes", async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, `${id} is not among the installed extensions`);
    await extension.activate();
    assert.equal(extension.isActive, true);
    const contributed: { command: string }[] = extension.packageJSON.contributes.commands;
    assert.ok(contributed.length > 0);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });

  it("runs in an editor that it says it supports", () => {
    const range: string = vscode.extensions.getExtension(id)?.packageJSON.engines.vscode;
    const [oldest, current] = [range.replace("^", ""), vscode.version].map((version) => version.split(".").map(Number));
    assert.ok(current && oldest && current[0] === oldest[0] && current[1]! >= oldest[1]!, `VS Code ${vscode.version} does not fit ${range}`);
  });
});
