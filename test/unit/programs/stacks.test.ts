import assert from "node:assert/strict";
import { parseStack } from "../../../src/programs/stack.js";
import { RunError, Workspace } from "./support/workspace.js";

describe("programs: stacks", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
  });
  after(() => workspace.dispose());

  it("lead to the user's own lines and columns, through imported files, TypeScript and unsaved text", async () => {
    workspace.write({
      "main.ts": [
        'import { deep } from "./lib/deep.js";',
        "/** Comment. */",
        "interface Wide {",
        "  a: number;",
        "}",
        "enum E { A, B }",
        "",
        "export class Shape {",
        "  static area(a: Wide): number {",
        "    return deep(a as never, E.B);",
        "  }",
        "}",
        "const own = (a?: Wide): never => { throw new TypeError(`no ${a}`); };",
        "async function later(): Promise<void> {",
        "  await null;",
        "  own();",
        "}",
        "export default () => own();",
      ].join("\n"),
      "lib/deep.ts":
        "type T = {\n  x: 1;\n};\n\nexport function deep<A extends T>(a: A, b: number): never {\n  const message = `deep ${b}`;\n  throw new RangeError(message, { cause: a });\n}\n",
    });
    const frames = async (functionName: string, overlay: Record<string, string> = {}): Promise<string[]> =>
      // Newer Node names the class of a static method, Node 20 does not.
      (await workspace.failure("main.ts", functionName, "{ a: 1 }", overlay))
        .userFrames(workspace.folder)
        .map((frame) => frame.replace(/^Shape\.area /, "area "));
    assert.deepEqual(await frames("Shape.area"), ["deep lib/deep.ts:7:9", "area main.ts:10:12"]);
    assert.deepEqual(await frames("own"), ["own main.ts:13:42"]);
    assert.deepEqual(await frames("later"), ["own main.ts:13:42", "later main.ts:16:3"]);
    const places = (await frames("default")).map((frame) => frame.replace(/^\S+ /, ""));
    assert.deepEqual(places, ["main.ts:13:42", "main.ts:18:22"]);
    assert.deepEqual(await frames("Shape.area", { "lib/deep.ts": "\n\n\nexport function deep(): never {\n    throw new Error('x'); }" }), [
      "deep lib/deep.ts:5:11",
      "area main.ts:10:12",
    ]);
  });

  it("keep their columns in files that use their place, import or require", async () => {
    const esm =
      "const f = (later = (x: string) => import(x)) => { const x = [import.meta.url, __dirname, typeof require, later]; throw new Error(String(x)); };";
    const commonJS =
      "const f = () => { const x = [__filename, require, module]; throw new Error(String(x)); }; exports.f = f; exports.g = () => f();";
    workspace.write({ "place.ts": esm, "place.cjs": commonJS });
    const column = (text: string, part: string): number => text.indexOf(part) + 1;
    assert.deepEqual((await workspace.failure("place.ts", "f")).userFrames(workspace.folder), [`f place.ts:1:${column(esm, "new Error")}`]);
    assert.deepEqual((await workspace.failure("place.cjs", "exports.g")).userFrames(workspace.folder), [
      `f place.cjs:1:${column(commonJS, "new Error")}`,
      `exports.g place.cjs:1:${column(commonJS, "f();")}`,
    ]);
  });

  it("of errors at the top level of a module", async () => {
    workspace.write({
      "top.ts": 'import { early } from "./early.js";\n\nconst x: number = early();\nexport const f = () => x;',
      "early.ts": "export const early = (): number => {\n  throw new Error('early');\n};",
    });
    const error = await workspace.failure("top.ts", "f");
    assert.ok(error instanceof RunError);
    assert.deepEqual(error.userFrames(workspace.folder), ["early early.ts:2:9", "top.ts:3:19"]);
    workspace.write({ "top.cjs": "'use strict';\nnull.x;\nexports.f = () => 1;" });
    assert.match((await workspace.failure("top.cjs", "exports.f")).userFrames(workspace.folder)[0] ?? "", /top\.cjs:2:6$/);
  });

  it("of errors in the argument text are known as such, its inner functions too", async () => {
    workspace.write({ "args.ts": "export const f = (g: () => unknown) => g();\nexport const base = 1;" });
    const origins = async (argumentsText: string): Promise<string[]> =>
      (await workspace.failure("args.ts", "f", argumentsText)).frames.map(({ origin }) => origin).filter((origin) => origin !== "node");
    assert.deepEqual((await origins("missing.x"))[0], "arguments");
    assert.deepEqual((await origins("base.a.b"))[0], "arguments");
    assert.deepEqual((await origins("[1].map((x: number) => { throw new Error('x'); })"))[0], "arguments");
    assert.deepEqual((await origins("await Promise.reject(new Error('x'))"))[0], "arguments");
    assert.deepEqual((await origins("() => { throw new Error('x'); }")).slice(0, 3), ["arguments", "user", "runner"]);
  });

  it("of packages and of Node are told apart", async () => {
    workspace.write({
      "node_modules/cjs/index.js": "exports.call = (f) => f(); exports.fail = () => { throw new Error('dep'); };",
      "dep.ts": 'import { call, fail } from "cjs"; const f = () => call(() => [1].map(() => fail()));',
    });
    const { frames } = await workspace.failure("dep.ts", "f");
    assert.deepEqual(frames.map(({ origin }) => origin).slice(0, 6), ["dependency", "user", "node", "user", "dependency", "user"]);
  });
});

describe("parseStack", () => {
  const places = { programsDirectory: "/store/programs", libraryDirectory: "/ext/dist/futures" };
  const parse = (...lines: string[]): unknown[] => parseStack(["Error: message", ...lines.map((line) => `    at ${line}`)].join("\n"), places);

  const table: [line: string, expected: object][] = [
    ["fn (/w/a.ts:1:2)", { functionName: "fn", file: "/w/a.ts", line: 1, column: 2, origin: "user", text: "fn (/w/a.ts:1:2)" }],
    [
      "async fn (file:///w/a%20b/c.ts:1:2)",
      { functionName: "fn", file: "/w/a b/c.ts", line: 1, column: 2, origin: "user", text: "fn (/w/a b/c.ts:1:2)" },
    ],
    ["new Foo (/w/a.ts:1:2)", { functionName: "new Foo", file: "/w/a.ts", line: 1, column: 2, origin: "user", text: "new Foo (/w/a.ts:1:2)" }],
    [
      "Foo.bar [as baz] (/w/a.ts:1:2)",
      { functionName: "Foo.bar [as baz]", file: "/w/a.ts", line: 1, column: 2, origin: "user", text: "Foo.bar [as baz] (/w/a.ts:1:2)" },
    ],
    ["Object.fn (/w/a.ts:1:2)", { functionName: "fn", file: "/w/a.ts", line: 1, column: 2, origin: "user", text: "fn (/w/a.ts:1:2)" }],
    ["file:///w/x.ts:1:2", { file: "/w/x.ts", line: 1, column: 2, origin: "user", text: "/w/x.ts:1:2" }],
    ["async file:///w/x.ts:1:2", { file: "/w/x.ts", line: 1, column: 2, origin: "user", text: "/w/x.ts:1:2" }],
    ["/w/a (b)/x.ts:1:2", { file: "/w/a (b)/x.ts", line: 1, column: 2, origin: "user", text: "/w/a (b)/x.ts:1:2" }],
    ["fn (/w/a (b)/x.ts:1:2)", { functionName: "fn", file: "/w/a (b)/x.ts", line: 1, column: 2, origin: "user", text: "fn (/w/a (b)/x.ts:1:2)" }],
    ["<anonymous> (/w/x.ts:1:2)", { file: "/w/x.ts", line: 1, column: 2, origin: "user", text: "/w/x.ts:1:2" }],
    [
      "fn (C:\\w\\a b\\x.ts:10:20)",
      { functionName: "fn", file: "C:\\w\\a b\\x.ts", line: 10, column: 20, origin: "user", text: "fn (C:\\w\\a b\\x.ts:10:20)" },
    ],
    [
      "fn (file:///C:/w/x%20y.ts:1:2)",
      { functionName: "fn", file: "C:\\w\\x y.ts", line: 1, column: 2, origin: "user", text: "fn (C:\\w\\x y.ts:1:2)" },
    ],
    [
      "fn (C:\\w\\node_modules\\p\\i.js:1:2)",
      {
        functionName: "fn",
        file: "C:\\w\\node_modules\\p\\i.js",
        line: 1,
        column: 2,
        origin: "dependency",
        text: "fn (C:\\w\\node_modules\\p\\i.js:1:2)",
      },
    ],
    [
      "fn (/w/node_modules/p/i.js:1:2)",
      { functionName: "fn", file: "/w/node_modules/p/i.js", line: 1, column: 2, origin: "dependency", text: "fn (/w/node_modules/p/i.js:1:2)" },
    ],
    [
      "eval (eval at run (/w/a.ts:3:4), <anonymous>:1:1)",
      { functionName: "eval", file: "/w/a.ts", line: 3, column: 4, origin: "user", text: "eval (/w/a.ts:3:4)" },
    ],
    [
      "eval (eval at <anonymous> (eval at run (file:///w/a.ts:3:4)), <anonymous>:1:1)",
      { functionName: "eval", file: "/w/a.ts", line: 3, column: 4, origin: "user", text: "eval (/w/a.ts:3:4)" },
    ],
    ["node:internal/process/task_queues:95:5", { origin: "node", text: "node:internal/process/task_queues:95:5" }],
    [
      "process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
      {
        functionName: "process.processTicksAndRejections",
        origin: "node",
        text: "process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
      },
    ],
    ["Array.map (<anonymous>)", { functionName: "Array.map", origin: "node", text: "Array.map (<anonymous>)" }],
    ["<anonymous>", { origin: "node", text: "<anonymous>" }],
    ["Array.forEach (native)", { functionName: "Array.forEach", origin: "node", text: "Array.forEach (native)" }],
    ["async Promise.all (index 0)", { functionName: "Promise.all", origin: "node", text: "async Promise.all (index 0)" }],
    ["__require (/store/programs/0a.mjs:1:2)", { functionName: "__require", origin: "runner", text: "__require (/store/programs/0a.mjs:1:2)" }],
    [
      "async call (file:///store/programs/0a.call.mjs:4:2)",
      { functionName: "call", origin: "runner", text: "async call (file:///store/programs/0a.call.mjs:4:2)" },
    ],
    ["futures$arguments (file:///store/programs/0a.call.mjs:9:2)", { functionName: "arguments", origin: "arguments", text: "arguments" }],
    [
      "run (file:///ext/dist/futures/worker/thread.cjs:1:2)",
      {
        functionName: "run",
        file: "/ext/dist/futures/worker/thread.cjs",
        line: 1,
        column: 2,
        origin: "runner",
        text: "run (/ext/dist/futures/worker/thread.cjs:1:2)",
      },
    ],
    ["x (futures-scope:/w/a.ts:1:2)", { functionName: "x", origin: "runner", text: "x (futures-scope:/w/a.ts:1:2)" }],
    ["work (source-of-work:3:9)", { functionName: "work", origin: "user", text: "work (source-of-work:3:9)" }],
    [
      "fn (/store/programs-of-mine/a.ts:1:2)",
      { functionName: "fn", file: "/store/programs-of-mine/a.ts", line: 1, column: 2, origin: "user", text: "fn (/store/programs-of-mine/a.ts:1:2)" },
    ],
  ];
  for (const [line, expected] of table) it(`at ${line}`, () => assert.deepEqual(parse(line), [expected]));

  it("passes over the message, whatever it looks like", () => {
    const frame = "    at fn (/w/a.ts:1:2)";
    const names = (stack: string, message?: string): unknown[] => parseStack(stack, places, message).map(({ functionName }) => functionName);
    assert.deepEqual(names(`Error: look at this (/x.ts:1:2)\nat home\n${frame}`), ["fn"]);
    assert.deepEqual(names(`Error: a\n    at fake (/w/b.ts:1:1)\nb\n${frame}`), ["fn"]);
    assert.deepEqual(names(`Error: a\n    at fake (/w/b.ts:1:1)\n${frame}`, "a\n    at fake (/w/b.ts:1:1)"), ["fn"]);
    assert.deepEqual(names(`/w/a.ts:1\nthrow x\n^\n\nError: x\n${frame}\n`), ["fn"]);
    assert.deepEqual(names("Error: no frames"), []);
    assert.deepEqual(names(""), []);
    assert.deepEqual(names(`Error: x\r\n${frame}\r\n${frame}`), ["fn", "fn"]);
  });

  it("takes any text without a complaint", () => {
    for (const line of [
      "",
      "(",
      ")",
      "()",
      " (",
      "a (b",
      "eval at",
      "eval at (",
      "file://",
      "file:///%zz:1:2",
      ":1:2",
      "x:1",
      "async ",
      "new ",
      "\u0000",
    ])
      parse(line);
  });
});
