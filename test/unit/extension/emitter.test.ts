import assert from "node:assert/strict";
import { Disposables } from "../../../src/extension/disposables.js";
import { Emitter } from "../../../src/extension/emitter.js";

describe("Emitter", () => {
  it("calls listeners in order until they leave", () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const first = emitter.event((value) => heard.push(`a${value}`));
    emitter.event((value) => heard.push(`b${value}`));
    emitter.fire(1);
    first.dispose();
    emitter.fire(2);
    emitter.dispose();
    emitter.fire(3);
    assert.deepEqual(heard, ["a1", "b1", "b2"]);
  });
});

describe("Disposables", () => {
  it("disposes in reverse order, once, and at once what comes late", () => {
    const gone: string[] = [];
    const disposables = new Disposables();
    disposables.defer(() => gone.push("a"));
    disposables.defer(() => gone.push("b"));
    disposables.dispose();
    disposables.dispose();
    disposables.defer(() => gone.push("late"));
    assert.deepEqual(gone, ["b", "a", "late"]);
    assert.ok(disposables.disposed);
  });
});
