import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { commandIds } from "../../../src/extension/ids.js";

const textIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(path.join(folder, file), "utf8"))
    .join("\n");
const editor = textIn("test/host/suite");
const browser = textIn("test/e2e");
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  contributes: { configuration: { properties: Record<string, unknown> }[]; commands: { command: string; title: string }[] };
};
const titles = JSON.parse(readFileSync("package.nls.json", "utf8")) as Record<string, string>;

describe("the tests in the editor", () => {
  it("run every command", () => {
    const missing = Object.keys(commandIds).filter((id) => {
      const title = titles[manifest.contributes.commands.find(({ command }) => command === id)?.title.slice(1, -1) ?? ""] ?? "";
      return !editor.includes(`"${id}"`) && !browser.includes(`"${id}"`) && !browser.includes(`palette("${title}")`);
    });
    assert.deepEqual(missing, []);
  });

  it("use every setting", () => {
    const settings = manifest.contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
    const missing = settings.filter((id) => !editor.includes(`"${id.slice("futures.".length)}"`) && !browser.includes(`"${id}"`));
    assert.deepEqual(missing, []);
  });
});
