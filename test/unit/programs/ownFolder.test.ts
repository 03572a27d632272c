import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { makeOwnFolder } from "../../../src/programs/ownFolder.js";

describe("the folder of a process", () => {
  let parent: string;
  beforeEach(() => (parent = mkdtempSync(path.join(os.tmpdir(), "own-folder-"))));
  afterEach(() => rmSync(parent, { recursive: true }));
  const gone = (): number => spawnSync(process.execPath, ["--eval", ""]).pid;

  it("is new each time, and nobody else can look into it", () => {
    const [one, other] = [makeOwnFolder(parent, "kind"), makeOwnFolder(parent, "kind")];
    assert.notEqual(one, other);
    assert.ok(existsSync(one), "of a living process");
    if (process.platform !== "win32") assert.equal(statSync(one).mode & 0o777, 0o700);
  });

  it("is removed by the next when its process is gone, with all that is in it", () => {
    const left = path.join(parent, `kind-${os.hostname()}-${gone()}-abc123`);
    mkdirSync(path.join(left, "deep"), { recursive: true });
    writeFileSync(path.join(left, "deep", "file"), "");
    const own = makeOwnFolder(parent, "kind");
    assert.deepEqual(readdirSync(parent), [path.basename(own)]);
  });

  it("leaves what is of another kind, of another host, and whatever else is there", () => {
    const pid = gone();
    const others = [
      `other-${os.hostname()}-${pid}-abc123`,
      `kind-elsewhere-${pid}-abc123`,
      `kind-${os.hostname()}-${pid}`,
      `kind-${os.hostname()}-x-abc123`,
      "file",
    ];
    for (const name of others) mkdirSync(path.join(parent, name));
    const own = makeOwnFolder(parent, "kind");
    assert.deepEqual(readdirSync(parent).sort(), [...others, path.basename(own)].sort());
  });
});
