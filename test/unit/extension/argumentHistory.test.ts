import assert from "node:assert/strict";
import type { Memento } from "vscode";
import { ArgumentHistory, rememberedArguments, rememberedFunctions } from "../../../src/extension/tasks/argumentHistory.js";

/** The part of a Memento that is used, over one value, which goes through JSON as in the editor. */
function memento(stored?: unknown): Memento & { readonly stored: unknown } {
  const state = {
    stored,
    keys: () => [],
    get: () => state.stored,
    update: async (_key: string, value: unknown) => {
      state.stored = JSON.parse(JSON.stringify(value));
    },
  };
  return state as unknown as Memento & { readonly stored: unknown };
}

describe("ArgumentHistory", () => {
  it("keeps the last arguments of each function, the latest first, each once", async () => {
    const history = new ArgumentHistory(memento());
    for (const text of ["1", "2", "", "1"]) await history.remember("file:///a.ts", "f", text);
    await history.remember("file:///b.ts", "f", "9");
    assert.deepEqual(history.of("file:///a.ts", "f"), ["1", "", "2"]);
    assert.deepEqual(history.of("file:///b.ts", "f"), ["9"]);
    assert.deepEqual(history.of("file:///a.ts", "g"), []);
  });

  it("has bounds: so many of a function, and so many functions, of which the one not used for longest goes", async () => {
    const history = new ArgumentHistory(memento());
    for (let n = 0; n < rememberedArguments + 5; n += 1) await history.remember("u", "f", String(n));
    assert.deepEqual(
      history.of("u", "f"),
      Array.from({ length: rememberedArguments }, (_, n) => String(rememberedArguments + 4 - n)),
    );
    for (let n = 0; n < rememberedFunctions - 1; n += 1) await history.remember("u", `g${n}`, "1");
    assert.equal(history.of("u", "f").length, rememberedArguments);
    await history.remember("u", "f", "again");
    await history.remember("u", "one more", "1");
    assert.deepEqual(history.of("u", "g0"), []);
    assert.equal(history.of("u", "f")[0], "again");
  });

  it("reads what an older version stored, and leaves out what is damaged", () => {
    const stored = [["u#old", "40"], ["u#new", ["1", 2, "3"]], ["u#bad", 7], 5, null, [1, "x"]];
    const history = new ArgumentHistory(memento(stored));
    assert.deepEqual(history.of("u", "old"), ["40"]);
    assert.deepEqual(history.of("u", "new"), ["1", "3"]);
    assert.deepEqual(history.of("u", "bad"), []);
    assert.deepEqual(new ArgumentHistory(memento("what")).of("u", "old"), []);
  });
});
