import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { UserError } from "../../../src/extension/errors.js";
import { kernelEnvironment } from "../../../src/extension/kernel/environment.js";
import { findRuntime } from "../../../src/extension/kernel/runtime.js";
import { untranslated as t } from "../../../src/extension/translate.js";

describe("findRuntime", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "runtime-"));
    for (const name of ["good", "old", "mute"]) await mkdir(path.join(folder, name));
    await symlink(process.execPath, path.join(folder, "good", "node"));
    const script = async (name: string, text: string): Promise<void> => {
      await writeFile(path.join(folder, name, "node"), `#!/bin/sh\n${text}\n`);
      await chmod(path.join(folder, name, "node"), 0o755);
    };
    await script("old", "echo 18.20.1");
    await script("mute", "exit 3");
  });
  after(() => rm(folder, { recursive: true }));

  const editor = { execPath: "/opt/editor/editor", version: "22.15.0" };
  const find = (setting: string, pathOf: string, version = editor.version) =>
    findRuntime({ setting, env: { PATH: pathOf === "" ? "" : path.join(folder, pathOf) }, editor: { ...editor, version }, t });
  const failure = async (found: Promise<unknown>): Promise<string> => {
    try {
      await found;
    } catch (error) {
      assert.ok(error instanceof UserError);
      assert.equal(error.action?.command.id, "workbench.action.openSettings");
      return error.message.replaceAll(folder, "~");
    }
    return assert.fail("it found one");
  };

  it("takes node on PATH", async () => {
    const found = await find("", "good");
    assert.deepEqual(found, { command: path.join(folder, "good", "node"), version: process.versions.node, source: "path", env: {} });
  });

  it("takes the setting before all: a path, or a command on PATH", async () => {
    assert.deepEqual(await find(` ${process.execPath} `, ""), {
      command: process.execPath,
      version: process.versions.node,
      source: "setting",
      env: {},
    });
    assert.equal((await find("node", "good")).source, "setting");
  });

  for (const [what, where] of [
    ["there is none", ""],
    ["it is too old", "old"],
    ["it does not answer", "mute"],
  ] as const) {
    it(`takes the editor's own when node is not on PATH because ${what}`, async () => {
      const found = await find("", where);
      assert.deepEqual(found, { command: editor.execPath, version: "22.15.0", source: "editor", env: { ELECTRON_RUN_AS_NODE: "1" } });
    });
  }

  it("does not replace what the setting names by something else", async () => {
    assert.equal(
      await failure(find("/no/such/node", "good")),
      "The setting futures.runtime names no Node.js 20 or newer: /no/such/node is not an executable file.",
    );
    assert.match(await failure(find(path.join(folder, "old", "node"), "good")), /: ~\/old\/node is Node\.js 18\.20\.1\.$/);
    assert.match(await failure(find(path.join(folder, "good"), "good")), /: ~\/good is not an executable file\.$/);
    assert.match(await failure(find("nodejs-none", "good")), /: nodejs-none is not on PATH\.$/);
  });

  it("says what was tried and what to do when there is none", async () => {
    assert.equal(
      await failure(find("", "mute", "18.0.0")),
      "Found no Node.js 20 or newer. Tried: ~/mute/node does not answer as Node.js does; /opt/editor/editor is Node.js 18.0.0. Install one, or set futures.runtime to its path.",
    );
  });
});

describe("kernelEnvironment", () => {
  it("is the user's without what is meant for other programs", () => {
    const env = {
      PATH: "/bin",
      NODE_OPTIONS: "--inspect",
      VSCODE_PID: "1",
      ELECTRON_RUN_AS_NODE: "1",
      electron_x: "1",
      NODE_OPTIONS_OF_MINE: "kept",
      HOME: "/h",
    };
    assert.deepEqual(kernelEnvironment(env, {}), { PATH: "/bin", NODE_OPTIONS_OF_MINE: "kept", HOME: "/h" });
    assert.equal(kernelEnvironment(env, { ELECTRON_RUN_AS_NODE: "1" }).ELECTRON_RUN_AS_NODE, "1");
  });
});
