import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { readEnvFile } from "../../../src/extension/kernel/envFile.js";
import { installedVersions } from "../../../src/extension/kernel/installedVersions.js";
import { fits, readPin } from "../../../src/extension/kernel/pin.js";
import { findRuntime } from "../../../src/extension/kernel/runtime.js";
import { untranslated as t } from "../../../src/extension/translate.js";

describe("the pinned version of a folder", () => {
  const pinOf = (files: Record<string, string>) => readPin(async (name) => files[name]);

  it("is that of .nvmrc, then .node-version, then volta", async () => {
    const volta = JSON.stringify({ volta: { node: "20.10.0" } });
    assert.deepEqual(await pinOf({ ".nvmrc": "v22\n", ".node-version": "21", "package.json": volta }), { version: "v22", file: ".nvmrc" });
    assert.deepEqual(await pinOf({ ".node-version": "21.1.0", "package.json": volta }), { version: "21.1.0", file: ".node-version" });
    assert.deepEqual(await pinOf({ "package.json": volta }), { version: "20.10.0", file: "package.json" });
  });

  it("is none without these, or with a manifest that is half written", async () => {
    assert.equal(await pinOf({}), undefined);
    assert.equal(await pinOf({ "package.json": "{ " }), undefined);
    assert.equal(await pinOf({ "package.json": "{}", ".nvmrc": "# nothing\n\n" }), undefined);
  });

  it("may have comments", async () => assert.equal((await pinOf({ ".nvmrc": "# why\n 20.1 # here\n" }))?.version, "20.1"));

  for (const [wanted, version, expected] of [
    ["20", "20.11.1", true],
    ["v20.11", "20.11.1", true],
    ["20.1", "20.11.1", false],
    ["20.x", "20.11.1", true],
    ["22", "20.11.1", false],
    ["lts/*", "22.1.0", true],
    ["lts/*", "23.1.0", false],
    ["lts/iron", "20.0.0", true],
    ["lts/Jod", "20.0.0", false],
    ["node", "23.0.0", true],
    ["20.11.1", "20.11.1", true],
  ] as const) {
    it(`${wanted} is ${expected ? "" : "not "}${version}`, () => assert.equal(fits({ version: wanted, file: "" }, version), expected));
  }

  describe("is found", () => {
    let home: string;
    const editor = { execPath: "/opt/editor", version: "22.15.0" };
    before(async () => {
      home = await mkdtemp(path.join(os.tmpdir(), "pins-"));
      const place = async (...parts: string[]): Promise<string> => {
        const file = path.join(home, ...parts);
        await mkdir(path.dirname(file), { recursive: true });
        return file;
      };
      await symlink(process.execPath, await place("nvm", "versions", "node", "v21.0.0", "bin", "node"));
      const other = await place("volta", "tools", "image", "node", "23.4.5", "bin", "node");
      await writeFile(other, "#!/bin/sh\necho 23.4.5\n");
      await chmod(other, 0o755);
      await mkdir(path.join(home, "path"));
      await symlink(process.execPath, path.join(home, "path", "node"));
    });
    after(() => rm(home, { recursive: true }));
    const env = (): NodeJS.ProcessEnv => ({
      PATH: path.join(home, "path"),
      NVM_DIR: path.join(home, "nvm"),
      VOLTA_HOME: path.join(home, "volta"),
      XDG_DATA_HOME: home,
      N_PREFIX: home,
    });

    it("among what version managers have installed, the newest first", async () => {
      const found = await installedVersions(env(), home);
      assert.deepEqual(
        found.map(({ version, command }) => [version, path.relative(home, command)]),
        [
          ["23.4.5", "volta/tools/image/node/23.4.5/bin/node"],
          ["21.0.0", "nvm/versions/node/v21.0.0/bin/node"],
        ],
      );
    });

    it("on PATH if it fits, else from a version manager", async () => {
      const own = process.versions.node.split(".")[0] as string;
      const onPath = await findRuntime({ setting: "", env: env(), pin: { version: own, file: ".nvmrc" }, editor, t });
      assert.deepEqual([onPath.source, onPath.note, onPath.command], ["pin", ".nvmrc", path.join(home, "path", "node")]);
      const managed = await findRuntime({ setting: "", env: env(), pin: { version: "23", file: ".node-version" }, editor, t });
      assert.deepEqual([managed.source, managed.version], ["pin", "23.4.5"]);
    });

    it("nowhere: PATH is taken and the note says so; a setting wins over a pin", async () => {
      const missed = await findRuntime({ setting: "", env: env(), pin: { version: "25", file: ".nvmrc" }, editor, t });
      assert.deepEqual([missed.source, missed.note], ["path", ".nvmrc asks for Node.js 25, which was not found"]);
      const named = await findRuntime({ setting: process.execPath, env: env(), pin: { version: "23", file: ".nvmrc" }, editor, t });
      assert.equal(named.source, "setting");
    });
  });
});

describe("the environment file", () => {
  it("has names and values as Node reads them", async () => {
    const text = '# secrets\nTOKEN=abc\nNAME = "two words"\n';
    assert.deepEqual(await readEnvFile(".env", async () => text, t), { TOKEN: "abc", NAME: "two words" });
    assert.deepEqual(await readEnvFile(" ", () => assert.fail("nothing is to be read"), t), {});
  });

  it("must be there", async () => {
    const missing = async (): Promise<string> => {
      throw new Error("no such file");
    };
    await assert.rejects(readEnvFile(".env", missing, t), /environment file \.env of the setting futures\.envFile cannot be read: no such file/);
  });
});
