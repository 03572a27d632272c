import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, unlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { write } from "../../../src/cluster/messages.js";
import { ProgramCache } from "../../../src/cluster/worker/programCache.js";

describe("the programs of a worker", () => {
  let fetches: string[];
  let now: number;
  let cache: ProgramCache;
  beforeEach(() => {
    fetches = [];
    now = 0;
    const get = async (hash: string): Promise<Buffer | undefined> => {
      fetches.push(hash);
      return hash === "none" ? undefined : write({ code: `export const name = "${hash}";`, map: "{}" });
    };
    cache = new ProgramCache({ get }, "file:///library/index.js", () => now);
  });
  afterEach(() => cache.dispose());
  const fileOf = async (hash: string): Promise<string> => fileURLToPath(await cache.urlOf(hash));

  it("are fetched once each, also by many tasks at a time", async () => {
    const files = await Promise.all(["0a", "0b", "0a", "0a"].map(fileOf));
    assert.equal(new Set(files).size, 2);
    now += 3_600_000;
    assert.equal(await fileOf("0a"), files[0]);
    assert.deepEqual(fetches, ["0a", "0b"]);
    assert.match(readFileSync(files[0] as string, "utf8"), /name = "0a";\n\/\/# sourceMappingURL=0a\.mjs\.map/);
    assert.ok(existsSync(path.join(path.dirname(files[0] as string), "node_modules", "concurrent-futures", "index.js")));
  });

  it("are asked for again after the server had none", async () => {
    await assert.rejects(cache.urlOf("none"), /not on the server any more/);
    await assert.rejects(cache.urlOf("none"), /not on the server any more/);
    assert.equal(fetches.length, 2);
  });

  it("are fetched anew when somebody has removed one", async () => {
    const file = await fileOf("0a");
    unlinkSync(file);
    now += 60_000;
    assert.equal(await fileOf("0a"), file);
    assert.ok(existsSync(file));
    assert.deepEqual(fetches, ["0a", "0a"]);
  });

  it("are put elsewhere when somebody has removed all of them", async () => {
    const [file] = [await fileOf("0a"), await fileOf("0b")];
    rmSync(path.dirname(file), { recursive: true });
    now += 60_000;
    const [a, b] = [await fileOf("0a"), await fileOf("0b")];
    assert.notEqual(path.dirname(a), path.dirname(file), "not where anybody could have put something meanwhile");
    assert.equal(path.dirname(a), path.dirname(b));
    assert.deepEqual(readdirSync(path.dirname(a)).sort(), ["0a.mjs", "0a.mjs.map", "0b.mjs", "0b.mjs.map", "node_modules"]);
  });

  it("are removed at the end", async () => {
    const folder = path.dirname(await fileOf("0a"));
    cache.dispose();
    assert.ok(!existsSync(folder));
  });
});
