import assert from "node:assert/strict";
import { failure, printed, TestNotebook } from "./support/notebook.js";

describe("interrupting a cell", function () {
  this.timeout(30_000);
  let book: TestNotebook;
  before(async () => {
    book = new TestNotebook();
    book.write({
      "lib/loops.ts": "export function own() { for (;;); }\n",
      "lib/endless.ts": "for (;;);\nexport const never = 1;\n",
      "node_modules/loops/index.js": "exports.spin = () => { for (;;); };\nexports.call = (f) => f();",
    });
    await book.run("let kept = 0; const big = { n: 1 };");
  });
  after(() => book.dispose());

  /** Interrupts a cell that has printed something. */
  const interrupted = async (text: string): Promise<string> => {
    const run = book.begin(text.includes("/* in */") ? text.replace("/* in */", 'console.log("in");') : `console.log("in"); ${text}`);
    await book.until(() => book.toldOf(run).length > 0);
    book.session.interrupt(run);
    return failure(await book.ended(run));
  };

  for (const [what, text] of [
    ["an endless loop", "kept++; for (;;);"],
    ["an endless loop with a body", "kept++; while (true) { big.n += 1; }"],
    ["an endless loop after an await", "kept++; await new Promise((r) => setTimeout(r, 5)); /* in */ for (;;);"],
    ["a loop that catches what it is ended by", "kept++; await 1; /* in */ for (;;) { try { for (;;); } catch {} }"],
    ["a loop in a function of another cell", "kept++; await 1; /* in */ (() => { do { } while (true) })()"],
    ["a loop in a file of the workspace", 'import { own } from "./lib/loops"; kept++; own();'],
    ["a loop in a file of the workspace, after an await", 'import { own } from "./lib/loops"; kept++; await 1; /* in */ own();'],
    ["code that waits when it is interrupted, and loops then", "kept++; await new Promise((r) => setTimeout(r, 200)); for (;;);"],
    ["a loop in a package, before an await", 'import { spin } from "loops"; kept++; spin();'],
    ["a regular expression that does not end", 'kept++; /^(a+)+$/.test("a".repeat(40) + "b");'],
    ["a wait for what never comes", "kept++; await new Promise(() => {});"],
    ["a wait that blocks", "kept++; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);"],
    ["a loop of awaits", "kept++; for (;;) await new Promise((r) => setTimeout(r, 1));"],
    ["code that calls itself after every await", "kept++; const again = async (): Promise<void> => { await null; return again(); }; await again();"],
    ["a loop of awaits that never let go", "kept++; for (;;) await null;"],
  ] as const) {
    it(`ends ${what}, and keeps the variables`, async () => {
      const before = Number(await book.value("kept"));
      assert.equal(await interrupted(text), "interrupted");
      assert.equal(await book.value("kept"), String(before + 1));
      assert.equal(await book.value("1 + 1"), "2");
    });
  }

  it("ends a file of the workspace that loops while it is imported", async () => {
    const run = book.begin('import { never } from "./lib/endless"; never;');
    await book.started(run);
    book.session.interrupt(run);
    assert.equal(failure(await book.ended(run)), "interrupted");
    assert.equal(await book.value("1 + 1"), "2");
  });

  it("cancels the futures that the cell waits for", async () => {
    assert.equal(
      await interrupted(`import { ThreadPoolExecutor } from "concurrent-futures";
        const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
        const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 60_000));
        const first = pool.submit(slow), second = pool.submit(slow);
        await first.result();`),
      "interrupted",
    );
    assert.equal(await book.value("second.cancelled()"), "true");
    await book.run("await pool.killWorkers();");
  });

  it("drops a cell that has not begun, and goes on with the one after it", async () => {
    const first = book.begin("await new Promise((r) => setTimeout(r, 300)); 1");
    const second = book.begin("kept = 99;");
    const third = book.begin("kept < 99");
    book.session.interrupt(second);
    assert.equal(failure(await book.ended(second)), "interrupted");
    assert.equal((await book.ended(first)).outcome.state, "finished");
    assert.equal((await book.ended(third)).outcome.state, "finished");
    assert.equal(await book.value("kept < 99"), "true");
  });

  it("drops what was begun together with a cell that fails or is interrupted, and stands behind it; nothing else", async () => {
    await book.run("let ran = 0;");
    for (const ending of ["throw new Error('no')", "const = 1", "await new Promise(() => {})"]) {
      const before = book.begin("ran += 1", 0, 1);
      const failing = book.begin(ending, 0, 1);
      const behind = [book.begin("ran += 10", 0, 1), book.begin("ran += 10", 0, 1)];
      const others = [book.begin("ran += 100", 0, 2), book.begin("ran += 100")];
      await book.ended(before);
      if (ending.startsWith("await")) book.session.interrupt(failing);
      assert.notEqual((await book.ended(failing)).outcome.state, "finished");
      for (const run of behind) assert.equal(failure(await book.ended(run)), "interrupted");
      for (const run of others) assert.equal((await book.ended(run)).outcome.state, "finished");
    }
    assert.equal(await book.value("ran"), "603");
    const [, waiting, behind, other] = [...[1, 1, 1].map((batch) => book.begin("ran += 1000", 0, batch)), book.begin("ran += 1")] as [
      number,
      number,
      number,
      number,
    ];
    book.session.interrupt(waiting);
    for (const run of [waiting, behind]) assert.equal(failure(await book.ended(run)), "interrupted");
    await book.ended(other);
    assert.equal(await book.value("ran"), "1604");
  });

  it("ends a cell that takes too long", async () => {
    assert.equal(failure(await book.run("for (;;);", 100)), "TimeoutError: the cell was not done after 100 ms");
    assert.equal(failure(await book.run("await new Promise(() => {})", 100)), "TimeoutError: the cell was not done after 100 ms");
    assert.equal((await book.run("1", 5_000)).outcome.state, "finished");
  });

  it("says when nothing but a restart helps: a package's loop after an await", async () => {
    const run = book.begin('import { spin } from "loops"; await 1; console.log("in"); spin();');
    await book.until(() => book.toldOf(run).length > 0);
    book.session.interrupt(run);
    await book.until(() => book.stuck.includes(run));
    await book.session.restart();
    assert.equal(failure(await book.ended(run)), "SessionLost: the session of the notebook ended: it was restarted. Its variables are lost");
    assert.match(printed(await book.run("console.log(typeof kept)")), /undefined/);
  });

  it("is not heard by the next cell", async () => {
    for (let i = 0; i < 5; i += 1) {
      const run = book.begin('console.log("in"); for (let i = 0; i < 1e7; i++);');
      await book.until(() => book.toldOf(run).length > 0);
      book.session.interrupt(run);
      const next = book.begin("let s = 0; for (let i = 0; i < 2e8; i++) s += i; s");
      await book.ended(run);
      assert.equal((await book.ended(next)).outcome.state, "finished");
    }
  });
});
