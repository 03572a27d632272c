import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { bundles, printed, TestNotebook } from "./support/notebook.js";

describe("what cells show", function () {
  this.timeout(40_000);
  let book: TestNotebook;
  before(() => {
    book = new TestNotebook();
  });
  after(() => book.dispose());

  it("is told while the cell runs, also by a loop that never waits", async () => {
    const run = book.begin('for (let i = 0, end = Date.now() + 1_000; Date.now() < end; i++) if (i % 1e6 === 0) console.log("tick");');
    await book.until(() => book.toldOf(run).length >= 3);
    assert.equal((await book.ended(run)).outcome.state, "finished");
  });

  it("comes in batches, in order, and 10,000 lines in few messages", async () => {
    const result = await book.run('for (let i = 0; i < 10_000; i++) { console.log("line " + i); }');
    const lines = printed(result).trimEnd().split("\n");
    assert.equal(lines.length, 10_000);
    assert.equal(lines[9_999], "line 9999");
    assert.ok(result.told.length < 100, `${result.told.length} messages`);
  });

  it("is cut where it is very long, and all of it is in a file", async () => {
    const result = await book.run('const line = "x".repeat(99) + "\\n"; for (let i = 0; i < 500_000; i++) process.stdout.write(line);');
    const cut = result.outputs.find(({ kind }) => kind === "cut");
    assert.ok(cut?.kind === "cut");
    assert.equal(printed(result).length, 200_000);
    assert.equal(statSync(cut.file).size, 50_000_000);
    assert.equal(readFileSync(cut.file, "utf8").slice(0, 200_000), printed(result));
    assert.equal(await book.value("1"), "1");
  });

  it("is images, HTML, Markdown and JSON, each with a text beside", async () => {
    const result = await book.run(`
      display.html("<b>hi</b>"); display.svg("<svg xmlns='http://www.w3.org/2000/svg'/>"); display.markdown("# x"); display.json({ a: 1 });
      display.png(new Uint8Array([137, 80, 78, 71])); await display([1, 2]);
      class Page { [Symbol.for("Jupyter.display")]() { return { "text/html": "<i>own</i>" }; } } new Page()`);
    assert.deepEqual(
      bundles(result).map((bundle) => Object.keys(bundle)),
      [
        ["text/html", "text/plain"],
        ["image/svg+xml", "text/plain"],
        ["text/markdown", "text/plain"],
        ["application/json", "text/plain"],
        ["image/png", "text/plain"],
        ["application/vnd.concurrent-futures.value+json", "text/plain"],
        ["text/html", "text/plain"],
      ],
    );
    assert.equal(bundles(result)[4]?.["image/png"], "iVBORw==");
    assert.equal(bundles(result)[6]?.["text/plain"], "Page {}");
  });

  it("is plots: Vega-Lite by its schema, Observable Plot by its element", async () => {
    const vega = bundles(await book.run('({ $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" })'))[0];
    assert.deepEqual(JSON.parse(vega?.["application/vnd.vegalite.v5+json"] ?? ""), {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      mark: "bar",
    });
    const plot = bundles(await book.run("({ tagName: 'svg', outerHTML: '<svg width=\"9\"></svg>' })"))[0];
    assert.equal(plot?.["image/svg+xml"], '<svg xmlns="http://www.w3.org/2000/svg" width="9"></svg>');
  });

  it("is a table of an array of records, with what is in it as text", async () => {
    const [bundle] = bundles(await book.run('[{ name: "<b>", n: 1 }, { name: "x", n: 2n }]'));
    assert.match(bundle?.["text/html"] ?? "", /<td>&lt;b&gt;<\/td><td>1<\/td>/);
  });

  it("is cleared, and progress replaces itself", async () => {
    const result = await book.run(
      'console.log("gone"); clear(); for (let i = 1; i <= 4; i++) { progress(i, 4); await new Promise((r) => setTimeout(r, 60)); } console.log("stays")',
    );
    assert.equal(printed(result), "stays\n");
    assert.deepEqual(
      bundles(result).map((bundle) => bundle["text/plain"]),
      ["4/4 (100 %)"],
    );
    assert.ok(result.told.filter(({ kind }) => kind === "display").length >= 3, "told as it went");
  });

  it("is asked about part by part as long as the session lives", async () => {
    await book.run("const cyclic: any = { a: { b: [1, 2, 3] } }; cyclic.self = cyclic; cyclic");
    const result = await book.run("cyclic");
    const { id } = JSON.parse(bundles(result)[0]?.["application/vnd.concurrent-futures.value+json"] ?? "{}") as { id: number };
    const answer = await book.session.ask(id, { kind: "children", path: [{ entry: 0 }, { entry: 0 }] });
    assert.deepEqual(answer.kind === "children" && answer.nodes.map(({ preview }) => preview), ["1", "2", "3"]);
  });

  it("names an error that its own method of showing itself throws", async () => {
    const { outcome } = await book.run('({ [Symbol.for("Jupyter.display")]() { throw new Error("cannot show"); } })');
    assert.equal(outcome.state === "failed" && outcome.error.message, "cannot show");
  });

  it("is still told when it is printed after the cell has ended", async () => {
    const run = book.begin('setTimeout(() => console.log("late"), 100);');
    const ended = await book.ended(run);
    assert.equal(printed(ended), "");
    await book.until(() => book.toldOf(run).some((output) => output.kind === "stream" && output.text === "late\n"));
  });

  it("does not end the session when nobody handles an error", async () => {
    const run = book.begin(
      'setTimeout(() => { throw new Error("unhandled"); }, 10); void Promise.reject(new Error("rejected")); await new Promise((r) => setTimeout(r, 50)); "alive"',
    );
    const result = await book.ended(run);
    assert.equal(bundles(result)[0]?.["text/plain"], "'alive'");
    assert.match(printed(result, "stderr"), /Uncaught Error: rejected[\s\S]*Uncaught Error: unhandled/);
  });
});
