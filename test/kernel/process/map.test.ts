import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { MapInputs } from "../../../src/protocol/messages.js";
import type { TablePage } from "../../../src/protocol/questions.js";
import { KernelDriver } from "../support/kernelDriver.js";

const text = `
export const limit = 5;
export function square(n: number) {
  if (n === 13) throw new RangeError("unlucky");
  return n * n;
}
export async function later(n: number) { return n + 1; }
export function hangs(n: number) { for (; n > 0;); return n; }
export function record(input: { name: string }) { return { upper: input.name.toUpperCase(), length: input.name.length }; }
export function* upTo(n: number) { for (let i = 0; i < n; i++) yield i; }
export function* endless() { for (;;) yield 1; }
export function uncloneable(n: number) { return n === 2 ? () => {} : n; }
export class Plot { [Symbol.for("Jupyter.display")]() { return { "text/html": "<b>hi</b>", "text/plain": "hi" }; } }
export function plot() { return new Plot(); }
export function dies(n: number) { if (n === 2) process.exit(3); return n; }
`;
const everything = { filter: "", failedOnly: false };

describe("a map in the kernel", () => {
  let kernel: KernelDriver;
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "map-"));
    writeFileSync(path.join(folder, "map.ts"), text);
    kernel = new KernelDriver(folder);
  });
  after(async () => {
    await kernel.dispose();
    rmSync(folder, { recursive: true });
  });

  const map = (name: string, expression: string, more: Parameters<KernelDriver["submit"]>[3] & { map?: MapInputs } = {}): string =>
    kernel.submit("map.ts", name, expression, { map: { kind: "expression" }, ...more });
  const finished = async (id: string): Promise<string> => {
    const { outcome } = await kernel.settled(id);
    return outcome.state === "finished" ? outcome.value.preview : assert.fail(JSON.stringify(outcome));
  };
  const pageOf = async (id: string, selection = everything): Promise<TablePage> => {
    const answer = await kernel.ask(id, { kind: "page", selection, offset: 0, count: 50 });
    return answer.kind === "page" ? answer.page : assert.fail(JSON.stringify(answer));
  };
  const progressOf = (id: string) => kernel.events.findLast((event) => event.type === "mapProgress" && event.taskId === id);

  for (const executor of ["threads", "processes"] as const) {
    it(`runs over what an expression gives, on the ${executor}`, async () => {
      assert.equal(await finished(map("square", "[1, 2, 3]", { executor })), "[ 1, 4, 9 ]");
      assert.equal(await finished(map("square", "upTo(limit)", { executor })), "[ 0, 1, 4, 9, 16 ]");
      assert.equal(await finished(map("later", "new Set([1, 5])", { executor })), "[ 2, 6 ]");
    });

    it(`keeps failures apart, and runs them again, on the ${executor}`, async () => {
      const id = map("square", "[12, 13, 14]", { executor });
      assert.equal(await finished(id), "[ 144, undefined, 196 ]");
      const progress = progressOf(id);
      assert.deepEqual(progress?.type === "mapProgress" && [progress.map.total, progress.map.done, progress.map.failed], [3, 3, 1]);
      const page = await pageOf(id, { filter: "", failedOnly: true });
      assert.deepEqual(
        [page.columns, page.rows[0]?.cells.slice(0, 4), page.failed],
        [["#", "input", "result", "error", "ms"], ["2", "13", "", "RangeError: unlucky"], 1],
      );
      const again = map("square", "", { executor, map: { kind: "failed", taskId: id } });
      await finished(again);
      assert.equal((await pageOf(again)).total, 1);
    });
  }

  it("has records in columns of their own, as CSV too", async () => {
    writeFileSync(path.join(folder, "people.csv"), "name,n\nAda,1\nBob,2\n");
    const id = map("record", "", { map: { kind: "file", path: path.join(folder, "people.csv") } });
    await finished(id);
    const page = await pageOf(id);
    assert.deepEqual(page.columns, ["#", "input.name", "input.n", "result.upper", "result.length", "error", "ms"]);
    assert.deepEqual(page.rows[1]?.cells.slice(0, 6), ["2", "Bob", "2", "BOB", "3", ""]);
    const csv = await kernel.ask(id, { kind: "export", selection: { filter: "ada", failedOnly: false }, format: "csv" });
    assert.match(csv.kind === "text" ? csv.text : "", /^#,input\.name,.*\r\n1,Ada,1,ADA,3,,[\d.]+\r\n$/);
  });

  it("takes the lines of a text", async () => {
    const id = map("record", "", { map: { kind: "text", text: '{"name":"x"}\n{"name":"yy"}' } });
    await finished(id);
    assert.deepEqual(
      (await pageOf(id)).rows.map(({ cells }) => cells[3]),
      ["1", "2"],
    );
  });

  it("is stopped with what runs in it, and keeps what was done; no other task suffers", async () => {
    const neighbour = kernel.submit("map.ts", "square", "7");
    const id = map("hangs", "[0, 0, 1, 0]");
    await kernel.until(() => {
      const progress = progressOf(id);
      return progress?.type === "mapProgress" && progress.map.done >= 2;
    }, "progress");
    kernel.send({ type: "cancel", taskId: id });
    assert.equal((await kernel.settled(id)).outcome.state, "cancelled");
    assert.equal((await kernel.settled(neighbour)).outcome.state, "finished");
    const again = map("square", "", { map: { kind: "failed", taskId: id } });
    await finished(again);
    assert.ok((await pageOf(again)).total >= 1);
  });

  it("names an input that cannot come back or dies, and goes on", async () => {
    const id = map("uncloneable", "[1, 2, 3]");
    assert.equal(await finished(id), "[ 1, undefined, 3 ]");
    assert.match((await pageOf(id)).rows[1]?.cells[3] ?? "", /TransferError: .*is a function and cannot be cloned/);
    const dead = map("dies", "[1, 2, 3]", { executor: "processes" });
    assert.equal(await finished(dead), "[ 1, undefined, 3 ]");
    assert.match((await pageOf(dead)).rows[1]?.cells[3] ?? "", /WorkerDiedError: .*exit code 3/);
  });

  for (const [expression, message] of [
    ["42", /these are no inputs: number is not iterable/],
    ["nowhere", /nowhere is not defined/],
    ["endless()", /there are more than 1,000,000 inputs/],
  ] as const) {
    it(`says what is wrong with the inputs ${expression}`, async () => {
      const { outcome } = await kernel.settled(map("square", expression));
      assert.match(outcome.state === "failed" ? outcome.error.message : JSON.stringify(outcome), message);
    });
  }

  it("says so when a file is not there, and when a map is not kept", async () => {
    const missing = await kernel.settled(map("square", "", { map: { kind: "file", path: path.join(folder, "none.json") } }));
    assert.match(missing.outcome.state === "failed" ? missing.outcome.error.message : "", /ENOENT.*none\.json/);
    const unknown = await kernel.settled(map("square", "", { map: { kind: "failed", taskId: "nobody" } }));
    assert.match(unknown.outcome.state === "failed" ? unknown.outcome.error.message : "", /the inputs of task #nobody are not kept any more/);
  });

  it("goes through 100,000 inputs in at most 20 messages a second, and gives any page of them", async () => {
    const from = kernel.events.length;
    const start = Date.now();
    const id = map("square", "Array.from({ length: 100_000 }, (_, i) => i)");
    await finished(id);
    const seconds = (Date.now() - start) / 1000;
    const told = kernel.events.slice(from).filter((event) => event.type === "mapProgress").length;
    assert.ok(told <= 20 * (seconds + 1), `${told} in ${seconds} s`);
    const answer = await kernel.ask(id, {
      kind: "page",
      selection: { ...everything, sort: { column: 2, descending: true } },
      offset: 50_000,
      count: 1,
    });
    assert.deepEqual(answer.kind === "page" && [answer.page.total, answer.page.rows[0]?.cells[2]], [100_000, String(49_999 ** 2)]);
  });

  it("gives the parts of a value, and the value as JSON, as long as it is kept", async () => {
    const id = kernel.submit("map.ts", "record", '{ name: "x" }');
    await kernel.settled(id);
    const answer = await kernel.ask(id, { kind: "children", path: [] });
    assert.deepEqual(answer.kind === "children" && answer.nodes.map(({ label, preview }) => [label, preview]), [
      ["upper", "'X'"],
      ["length", "1"],
    ]);
    assert.deepEqual(await kernel.ask(id, { kind: "json" }), { kind: "text", text: '{\n  "upper": "X",\n  "length": 1\n}' });
    assert.deepEqual(await kernel.ask("nobody", { kind: "json" }), { kind: "problem", reason: "gone" });
    assert.equal((await kernel.ask(id, { kind: "page", selection: everything, offset: 0, count: 1 })).kind, "problem");
  });

  it("tells what a call took: memory, and processor time where that can be told, also of one that fails", async () => {
    const grow = "Array.from({ length: 500_000 }, (_, i) => ({ i })).length && 7";
    const done = await kernel.run("map.ts", "square", grow, { executor: "processes" });
    assert.ok((done.usage?.memory ?? -1) >= 0 && (done.usage?.cpuTime ?? -1) >= 0, JSON.stringify(done));
    const failed = await kernel.run("map.ts", "square", "13");
    assert.ok((failed.usage?.memory ?? -1) >= 0, JSON.stringify(failed));
    assert.equal(
      kernel.events.some((event) => event.type === "progress"),
      false,
    );
  });

  it("takes what a value shows itself as, from the worker", async () => {
    const { outcome } = await kernel.run("map.ts", "plot");
    assert.deepEqual(outcome.state === "finished" && outcome.value.display, { "text/html": "<b>hi</b>", "text/plain": "hi" });
  });
});
