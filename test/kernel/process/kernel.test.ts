import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { protocolVersion } from "../../../src/protocol/messages.js";
import type { ErrorDescription, StackFrame } from "../../../src/protocol/values.js";
import { KernelDriver } from "../support/kernelDriver.js";

const folder = path.resolve("test/fixtures/workspace");
const file = path.join(folder, "tasks.ts");
const text = readFileSync(file, "utf8");
const lineOf = (needle: string): number => text.slice(0, text.indexOf(needle)).split("\n").length;

describe("the kernel", () => {
  let kernel: KernelDriver;
  beforeEach(() => (kernel = new KernelDriver(folder)));
  afterEach(() => kernel.dispose());

  const value = async (...args: Parameters<KernelDriver["submit"]>): Promise<string> => {
    const { outcome } = await kernel.run(...args);
    assert.equal(outcome.state, "finished", JSON.stringify(outcome));
    return (outcome as { value: { text: string } }).value.text;
  };
  const failure = async (...args: Parameters<KernelDriver["submit"]>): Promise<ErrorDescription> => {
    const { outcome } = await kernel.run(...args);
    assert.equal(outcome.state, "failed", JSON.stringify(outcome));
    return (outcome as { error: ErrorDescription }).error;
  };
  const stillWorks = async (): Promise<void> => assert.equal(await value("tasks.ts", "add", "20, 22"), "42");

  it("says hello, and tells a task's life in order", async () => {
    const id = kernel.submit("tasks.ts", "add", "1, 2");
    const settled = await kernel.settled(id);
    assert.deepEqual([kernel.hello?.protocol, kernel.hello?.pid, kernel.hello?.nodeVersion], [protocolVersion, kernel.child.pid, process.version]);
    assert.deepEqual(kernel.typesOf(id), ["accepted", "submitted", "started", "settled"]);
    assert.deepEqual(settled.outcome, { state: "finished", value: { preview: "3", text: "3", truncated: false, type: "number" } });
    const started = await kernel.event(id, "started");
    assert.equal(started.worker, "thread-0");
    assert.ok((settled.duration ?? -1) >= 0 && settled.at >= started.at);
  });

  it("tells it also when an idle worker knows the function already and starts at once", async () => {
    await kernel.run("tasks.ts", "add", "1, 2");
    const id = kernel.submit("tasks.ts", "add", "1, 2");
    const settled = await kernel.settled(id);
    assert.deepEqual(kernel.typesOf(id), ["accepted", "submitted", "started", "settled"]);
    assert.ok((settled.duration ?? -1) >= 0);
  });

  for (const executor of ["threads", "processes"] as const) {
    describe(`on the ${executor}`, () => {
      it("runs exported and hidden functions, static methods, default exports, enums and imports of other files", async () => {
        assert.equal(await value("tasks.ts", "hidden", "Level.High", { executor }), "'High 80'");
        assert.equal(await value("tasks.ts", "Shape.area", "3", { executor }), "18");
        assert.equal(await value("tasks.ts", "default", '"abc"', { executor }), "'ABC'");
        assert.equal((await value("tasks.ts", "where", "", { executor })) === `'${kernel.child.pid}'`, executor === "threads");
      });

      it("stops a task in an endless loop, and no other", async () => {
        const neighbour = kernel.submit("tasks.ts", "slow", "600", { executor });
        const endless = kernel.submit("tasks.ts", "spin", "", { executor });
        await kernel.event(endless, "started");
        const queued = kernel.submit("tasks.ts", "add", "1, 1", { executor });
        kernel.send({ type: "cancel", taskId: endless });
        assert.equal((await kernel.settled(endless)).outcome.state, "cancelled");
        assert.equal((await kernel.settled(neighbour)).outcome.state, "finished");
        assert.equal((await kernel.settled(queued)).outcome.state, "finished");
      });

      it("tells of exit, recursion, memory, a floating rejection and an uncloneable result in one message each, and works on", async () => {
        kernel.configure({ maxMemory: 64 });
        const table: [string, string, ErrorDescription["source"], RegExp][] = [
          ["exit", "3", "worker", /ended while it ran exit: exit code 3/],
          ["recurse", "", "task", /Maximum call stack size exceeded/],
          ["eat", "", "worker", /ended while it ran eat: it ran out of memory/],
          ["floating", "", "worker", /uncaught TypeError: nobody handles me/],
          ["notCloneable", "", "transfer", /^result\.list\[1\] is a function and cannot be cloned/],
        ];
        for (const [name, args, source, message] of table) {
          const error = await failure("tasks.ts", name, args, { executor });
          assert.deepEqual([error.source, message.test(error.message)], [source, true], `${name}: ${error.source}: ${error.message}`);
          await stillWorks();
        }
      });

      it("gives the stack of an error in the user's own source, with its cause", async () => {
        const error = await failure("tasks.ts", "failing", "", { executor });
        assert.deepEqual([error.source, error.name, error.message], ["task", "RangeError", "too deep"]);
        const own = error.frames.filter((frame) => frame.origin === "user");
        assert.deepEqual(own.map((frame) => [frame.functionName, frame.file, frame.line]).slice(0, 1), [
          ["inner", file, lineOf('throw new RangeError("too deep"')],
        ]);
        assert.equal(own.at(-1)?.functionName, "failing");
        assert.equal(
          error.frames.some((frame: StackFrame) => frame.origin === "runner"),
          false,
        );
        assert.equal(error.cause?.message, "the cause");
        const floating = await failure("tasks.ts", "floating", "", { executor });
        assert.deepEqual([floating.frames[0]?.file, floating.frames[0]?.line], [file, lineOf("Promise.reject(")]);
      });
    });
  }

  it("tells that the wait timed out and the task goes on; then its result comes all the same", async () => {
    const id = kernel.submit("tasks.ts", "slow", "400", { resultTimeout: 100 });
    const { error } = await kernel.event(id, "timedOut");
    assert.deepEqual([error.source, error.name, error.message], ["timeout", "TimeoutError", "no result within 100 ms; the task goes on"]);
    assert.equal((await kernel.settled(id)).outcome.state, "finished");
    assert.deepEqual(
      kernel.typesOf(id).filter((type) => type !== "output"),
      ["accepted", "submitted", "started", "timedOut", "settled"],
    );
    const quick = kernel.submit("tasks.ts", "add", "1, 2", { resultTimeout: 5000 });
    await kernel.settled(quick);
    assert.equal(kernel.typesOf(quick).includes("timedOut"), false);
  });

  for (const executor of ["threads", "processes"] as const)
    it(`stops a task whose time is over in ${executor}, if it is to, whatever it does; the worker's place is taken by another`, async () => {
      const id = kernel.submit("tasks.ts", "spin", "", { executor, resultTimeout: 100, onTimeout: "stop" });
      const { outcome } = await kernel.settled(id);
      assert.equal(outcome.state, "failed");
      const { source, name, message } = (outcome as { error: ErrorDescription }).error;
      assert.deepEqual([source, name, message], ["timeout", "TimeoutError", "no result within 100 ms; the task was stopped"]);
      assert.ok(kernel.typesOf(id).includes("timedOut"));
      assert.equal(await value("tasks.ts", "add", "1, 2", { executor }), "3");
    });

  for (const executor of ["threads", "processes"] as const) {
    it(`tells where a task in ${executor} was when it was stopped, and prints nothing of how it found out`, async () => {
      kernel.configure({ stopGrace: 2000 });
      const neighbour = kernel.submit("tasks.ts", "slow", "4000", { executor });
      await kernel.event(neighbour, "started");
      const id = kernel.submit("tasks.ts", "spin", "", { executor });
      await kernel.event(id, "started");
      kernel.send({ type: "cancel", taskId: id });
      const { outcome } = await kernel.settled(id);
      assert.equal(outcome.state, "cancelled");
      const { error } = outcome as { error?: ErrorDescription };
      assert.deepEqual([error?.source, error?.frames[0]?.functionName, error?.frames[0]?.file], ["stop", "spin", file]);
      const line = error?.frames[0]?.line ?? 0;
      assert.ok(line >= lineOf("export function spin()") && line <= lineOf("export function spin()") + 2, error?.stack);
      assert.match(error?.stack ?? "", /^Stopped: it was here\n {4}at spin \(/);
      const printed = kernel.events.flatMap((event) => (event.type === "output" && event.taskId !== neighbour ? [event.text] : []));
      assert.deepEqual(printed, []);
      await stillWorks();
    });

    it(`leaves a task in ${executor} that stops by itself as it was, and nothing that listens`, async () => {
      const text = [
        "import inspector from 'node:inspector';",
        "export function late() { for (const end = Date.now() + 1700; Date.now() < end; ); return inspector.url() !== undefined; }",
        "export async function end() { while (inspector.url() !== undefined) await new Promise(setImmediate); return 'ended'; }",
      ].join("\n");
      kernel.configure({ maxWorkers: 1, stopGrace: 2000 });
      const id = kernel.submit("late.ts", "late", "", { executor, text });
      await kernel.event(id, "started");
      kernel.send({ type: "cancel", taskId: id });
      const { outcome } = await kernel.settled(id);
      assert.equal(outcome.state, "finished");
      assert.equal((outcome as { value: { text: string } }).value.text, String(executor === "processes"), "an inspector listened");
      assert.equal(await value("late.ts", "end", "", { executor, text }), "'ended'");
    });
  }

  it("drops a task whose time is over before it has started, if it is to", async () => {
    kernel.configure({ maxWorkers: 1 });
    const first = kernel.submit("tasks.ts", "slow", "600");
    await kernel.event(first, "started");
    const second = kernel.submit("tasks.ts", "add", "1, 2", { resultTimeout: 50, onTimeout: "stop" });
    const { outcome, duration } = await kernel.settled(second);
    assert.deepEqual([outcome.state, duration], ["failed", undefined]);
    assert.equal((await kernel.settled(first)).outcome.state, "finished");
  });

  it("starts pending tasks by their priority, and those of one priority in order", async () => {
    kernel.configure({ maxWorkers: 1 });
    const first = kernel.submit("tasks.ts", "slow", "400");
    await kernel.event(first, "started");
    const ids = [0, -1, 5, 0].map((priority) => kernel.submit("tasks.ts", "add", "1, 2", { priority }));
    await Promise.all(ids.map((id) => kernel.settled(id)));
    const starts = kernel.events.filter((event) => event.type === "started").map((event) => event.taskId);
    assert.deepEqual(
      starts.filter((id) => ids.includes(id)),
      [ids[2], ids[0], ids[3], ids[1]],
    );
  });

  for (const executor of ["threads", "processes"] as const) {
    it(`tells which option of Node.js a worker of the ${executor} cannot start with, and works again without it`, async () => {
      kernel.configure({ execArgv: ["--no-such-option"] });
      const error = await failure("tasks.ts", "add", "1, 2", { executor });
      assert.match(error.message, /--no-such-option/);
      kernel.configure({ execArgv: [] });
      assert.equal(await value("tasks.ts", "add", "1, 2", { executor }), "3");
    });
  }

  it("runs the unsaved text, and the next one after an edit", async () => {
    assert.equal(await value("tasks.ts", "add", "1, 2", { text: "export const add = (a: number, b: number) => `${a} and ${b}`;" }), "'1 and 2'");
    assert.equal(await value("tasks.ts", "add", "1, 2"), "3");
    assert.equal(
      await value("notSaved.ts", "hello", "", { text: 'import { scale } from "./lib/levels.js"; function hello() { return scale(1); }' }),
      "2",
    );
    assert.equal(
      await value("tasks.ts", "hidden", "0", {
        overlay: [{ path: path.join(folder, "lib/levels.ts"), text: "export enum Level { Edited } export const scale = (n: number) => n;" }],
      }),
      "'Edited 40'",
    );
  });

  it("evaluates arguments as TypeScript, in the worker, with the module's own names in scope", async () => {
    assert.equal(await value("tasks.ts", "add", "base as number, await Promise.resolve(Shape.unit)"), "42");
    assert.equal(await value("tasks.ts", "add", "...[1, 2] as const"), "3");
    const error = await failure("tasks.ts", "add", "1, missing.x");
    assert.deepEqual([error.source, error.name], ["arguments", "ReferenceError"]);
    assert.match(error.message, /missing is not defined/);
  });

  it("refuses argument texts that do not parse, and only warns of too few", async () => {
    for (const bad of ["1, ", "1 +", "1) + (2", "}", "const x = 1"].filter((text) => text !== "1, ")) {
      const error = await failure("tasks.ts", "add", bad);
      assert.equal(error.source, "arguments", bad);
      assert.ok(error.message.length > 0);
    }
    const id = kernel.submit("tasks.ts", "add", "1");
    assert.deepEqual((await kernel.settled(id)).outcome.state, "finished");
    assert.match((await kernel.event(id, "submitted")).warnings.join(), /\bb\b/);
  });

  it("tells a syntax error at its place in the unsaved text, and the next submission works", async () => {
    const error = await failure("tasks.ts", "add", "1, 2", { text: "export function add(a: number) {\n  return a +;\n}\n" });
    assert.deepEqual([error.source, error.frames[0]?.file, error.frames[0]?.line], ["build", file, 2]);
    await stillWorks();
    assert.match((await failure("tasks.ts", "nowhere")).message, /nowhere/);
    assert.match((await failure("missing.ts", "f")).message, /missing\.ts/);
    assert.match(
      (await failure("tasks.ts", "f", "", { text: 'import x from "no-such-package";\nexport function f() { return x; }' })).message,
      /no-such-package/,
    );
  });

  it("tries a file whose top level failed afresh at the next submission, though its text is the same", async () => {
    const flag = path.join(os.tmpdir(), `flag-${process.pid}`);
    const text = `import { readFileSync } from "node:fs";\nconst content = readFileSync(${JSON.stringify(flag)}, "utf8");\nexport const read = () => content;\n`;
    const error = await failure("flag.ts", "read", "", { text });
    assert.deepEqual([error.source, error.frames.find((frame) => frame.origin === "user")?.line], ["task", 2]);
    assert.match(error.message, /ENOENT/);
    writeFileSync(flag, "there");
    try {
      assert.equal(await value("flag.ts", "read", "", { text }), "'there'");
    } finally {
      rmSync(flag);
    }
  });

  it("shows whatever was thrown, errors or not", async () => {
    for (const [thrown, shown] of [
      ["null", "null"],
      ["undefined", "undefined"],
      ["{ code: 5 }", "{ code: 5 }"],
      ['"text"', "'text'"],
      ["0", "0"],
    ] as const) {
      const error = await failure("tasks.ts", "thrower", thrown);
      assert.deepEqual([error.source, error.name, error.message], ["task", "thrown value", shown]);
    }
    const error = await failure("tasks.ts", "thrower", "Object.assign(new AggregateError([new Error('a'), 2], 'many'), { code: 7 })");
    assert.deepEqual([error.name, error.errors?.map((nested) => nested.message), error.properties], ["AggregateError", ["a", "2"], "{ code: 7 }"]);
  });

  it("passes on what tasks print, in order with the end of the task", async () => {
    const id = kernel.submit("tasks.ts", "slow", "10", { executor: "processes" });
    await kernel.settled(id);
    assert.equal(kernel.outputOf(id), "sleeping 10\nslept\n");
    assert.deepEqual(kernel.typesOf(id).at(-1), "settled");
  });

  it("cancels a task that waits, and one that is not built yet", async () => {
    kernel.configure({ maxWorkers: 1 });
    const running = kernel.submit("tasks.ts", "slow", "300");
    await kernel.event(running, "started");
    const waiting = kernel.submit("tasks.ts", "add", "1, 2");
    await kernel.event(waiting, "submitted");
    const building = kernel.submit("tasks.ts", "add", "3, 4");
    for (const taskId of [waiting, building, "unknown"]) kernel.send({ type: "cancel", taskId });
    for (const id of [waiting, building]) assert.deepEqual((await kernel.settled(id)).outcome, { state: "cancelled" });
    assert.equal(kernel.typesOf(waiting).includes("started"), false);
    assert.equal((await kernel.settled(running)).outcome.state, "finished");
  });

  it("describes its executors and workers, who does what", async () => {
    const id = kernel.submit("tasks.ts", "slow", "300", { executor: "processes" });
    await kernel.event(id, "started");
    const busy = await kernel.until(
      () => kernel.executors.find((executor) => executor.workers.some((worker) => worker.taskId === id)),
      "a busy worker",
    );
    assert.deepEqual([busy.kind, busy.maxWorkers, busy.workers[0]?.state, typeof busy.workers[0]?.pid], ["processes", 2, "busy", "number"]);
    await kernel.settled(id);
    await kernel.until(() => kernel.executors.every((executor) => executor.workers.every((worker) => worker.state === "idle")), "idle workers");
  });

  it("takes new settings without disturbing what runs", async () => {
    const before = kernel.submit("tasks.ts", "slow", "300");
    await kernel.event(before, "started");
    kernel.configure({ maxWorkers: 1 });
    await stillWorks();
    assert.equal(kernel.executors.find((executor) => executor.kind === "threads")?.maxWorkers, 1);
    assert.equal((await kernel.settled(before)).outcome.state, "finished");
    await kernel.until(() => kernel.executors[0]?.workers.length === 1, "the old workers to go");
  });

  it("describes large values in part, and says so", async () => {
    const { outcome } = await kernel.run("tasks.ts", "big", "200000");
    assert.ok(outcome.state === "finished" && outcome.value.truncated && outcome.value.text.length <= 90_000 && outcome.value.preview.length <= 200);
    assert.equal(outcome.value.type, "Array(200000)");
    assert.match(outcome.value.text, /… 199000 more items|…$/);
  });
});
