import assert from "node:assert/strict";
import os from "node:os";
import path from "node:path";
import { ClusterSettingError, clusterOptionsOf } from "../../../src/kernel/clusters/clusterOptions.js";

const farm = { name: "farm", connection: "redis://127.0.0.1", queue: "q" };
const folder = path.resolve("/somewhere/folder");

describe("the options of a cluster", () => {
  it("are those of its settings, and no others", () => {
    assert.deepEqual(clusterOptionsOf({ ...farm, insecure: true, allowPlaintext: false, retries: 2 }, folder, {}), {
      ...farm,
      insecure: true,
      allowPlaintext: false,
      retries: 2,
    });
  });

  it("have paths from the folder, from home, or absolute ones; keys of others stay what they are", () => {
    const places = (key: string, trust: string | string[]): unknown[] => {
      const options = clusterOptionsOf({ ...farm, key, trust }, folder, {});
      return [options.key, options.trust];
    };
    assert.deepEqual(places("keys/me.pem", "${workspaceFolder}/them.txt"), [path.join(folder, "keys", "me.pem"), path.join(folder, "them.txt")]);
    assert.deepEqual(places("~/me.pem", path.resolve("/them.txt")), [path.join(os.homedir(), "me.pem"), path.resolve("/them.txt")]);
    assert.deepEqual(places("~me.pem", ["futures-ed25519 AAAA"]), [path.join(folder, "~me.pem"), ["futures-ed25519 AAAA"]]);
    assert.equal(places("k", "futures-ed25519 AAAA me")[1], "futures-ed25519 AAAA me");
  });

  it("take the connection from the environment, in whole or in part, and say which variable is missing", () => {
    const connection = (text: string): string =>
      clusterOptionsOf({ ...farm, connection: text }, folder, { FARM: "redis://h:1", WORD: "w" }).connection;
    assert.equal(connection("${env:FARM}"), "redis://h:1");
    assert.equal(connection("redis://me:${env:WORD}@h:1"), "redis://me:w@h:1");
    assert.throws(
      () => connection("redis://hush:${env:NONE}@h"),
      (error: Error) => {
        assert.ok(error instanceof ClusterSettingError);
        assert.equal(
          error.message,
          "futures.executors, farm: connection names the environment variable NONE, which is not set where the kernel runs",
        );
        return true;
      },
    );
  });
});
