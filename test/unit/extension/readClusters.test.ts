import assert from "node:assert/strict";
import { placeOf, readClusters } from "../../../src/extension/clusters/readClusters.js";
import { untranslated } from "../../../src/extension/translate.js";

const good = { connection: "redis://127.0.0.1:6379", queue: "work" };
const read = (setting: unknown) => readClusters(setting, untranslated);
const problemOf = (entry: unknown, name = "farm"): string => {
  const { clusters, problems } = read({ [name]: entry, other: good });
  assert.deepEqual(
    clusters.map((cluster) => cluster.name),
    ["other"],
  );
  assert.equal(problems.length, 1);
  assert.ok(problems[0]?.startsWith(`The setting futures.executors has a cluster that does not fit, ${JSON.stringify(name)}: `), problems[0]);
  return problems[0] as string;
};

describe("the setting futures.executors", () => {
  it("gives clusters by name, with all that they may have", () => {
    const full = { ...good, key: "~/key.pem", trust: ["futures-ed25519 AAAA me"], insecure: false, allowPlaintext: true, retries: 2 };
    assert.deepEqual(read({ farm: good, "gpu-1": full }), {
      clusters: [
        { name: "farm", ...good },
        { name: "gpu-1", ...full },
      ],
      problems: [],
    });
    assert.deepEqual(read({}), { clusters: [], problems: [] });
  });

  it("takes connections that are in the environment, in whole or in part", () => {
    for (const connection of ["${env:FARM}", "rediss://me:${env:WORD}@host:1"])
      assert.equal(read({ farm: { ...good, connection } }).clusters.length, 1);
  });

  it("says what is wrong with an entry, and leaves out that one alone", () => {
    assert.match(problemOf(good, "threads"), /an executor of that name already/);
    assert.match(problemOf(good, "processes"), /an executor of that name already/);
    assert.match(problemOf(good, "a:b"), /its name may have/);
    assert.match(problemOf(7), /must be an object with connection and queue/);
    assert.match(problemOf({ queue: "q" }), /connection must be a URL such as redis:\/\/host:6379, .*\$\{env:NAME\}/);
    assert.match(problemOf({ ...good, connection: "http://host" }), /connection must be/);
    assert.match(problemOf({ connection: good.connection }), /queue must be a name/);
    assert.match(problemOf({ ...good, queue: "a b" }), /queue must be a name/);
    assert.match(problemOf({ ...good, key: 7 }), /key must be the path/);
    assert.match(problemOf({ ...good, trust: [] }), /trust must be/);
    assert.match(problemOf({ ...good, insecure: "yes" }), /insecure must be true or false/);
    assert.match(problemOf({ ...good, retries: -1 }), /retries must be a whole number/);
    assert.match(problemOf({ ...good, retry: 1 }), /retry is none of its properties, which are connection, queue/);
    assert.equal(read([good]).problems[0], "The setting futures.executors must be an object with a cluster under each name.");
  });

  it("tells no connection and no key, whatever is wrong", () => {
    const secrets = ["hush://me:hush@host", "redis://me:hush@ho st"].map((connection) => problemOf({ ...good, connection }));
    const keys = problemOf({ ...good, key: "-----BEGIN PRIVATE KEY-----\nhush" });
    assert.doesNotMatch([...secrets, keys].join(), /hush/);
  });

  it("shows where a cluster is, and nothing else of its connection", () => {
    const place = (connection: string, env = {}): string => placeOf({ name: "farm", connection, queue: "work" }, env);
    assert.equal(place("redis://me:hush@farm.example:7000/3"), "farm.example:7000 · work");
    assert.equal(place("rediss://farm.example"), "farm.example:6379 · work");
    assert.equal(place("redis://me:${env:WORD}@farm.example:7000"), "farm.example:7000 · work");
    assert.equal(place("${env:FARM}", { FARM: "redis://:hush@inner:1" }), "inner:1 · work");
    assert.equal(place("${env:FARM}"), "${env:FARM} · work");
    assert.equal(place("${env:FARM}", { FARM: "hush" }), "${env:FARM} · work");
  });
});
