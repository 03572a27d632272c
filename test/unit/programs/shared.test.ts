import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Bundler } from "../../../src/programs/bundle/bundler.js";
import { Overlay } from "../../../src/programs/bundle/overlay.js";
import { BuildError } from "../../../src/programs/errors.js";
import { libraryUrl, Workspace } from "./support/workspace.js";

describe("programs: builds that are asked for at the same time", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  let bundler: Bundler;
  beforeEach(() => {
    workspace = new Workspace();
    workspace.write({ "main.ts": "", "part.ts": "export const part = 'first';" });
    const file = workspace.path("main.ts");
    const settings = { language: "ts", format: "esm", main: false, tsconfig: undefined, hasNewFiles: false } as const;
    bundler = new Bundler({ file, ...settings, libraryUrl, display: (name) => name });
  });
  afterEach(async () => {
    await bundler.dispose();
    workspace.dispose();
  });

  const text = (n: number): string => `import { part } from "./part.js"; export const f = () => [part, ${n}];`;
  const overlayOf = (texts: Record<string, string>): Promise<Overlay> =>
    Overlay.of(new Map(Object.entries(texts).map(([name, content]) => [workspace.path(name), content])));

  it("are one where they are of the same texts, and none of them has begun", async () => {
    const [overlay, same, other] = await Promise.all([overlayOf({ "a.ts": "1" }), overlayOf({ "a.ts": "1" }), overlayOf({ "a.ts": "2" })]);
    const first = bundler.bundle({ text: text(1), overlay });
    assert.equal(bundler.bundle({ text: text(1), overlay: same }), first);
    const others = [
      bundler.bundle({ text: text(1), overlay: other }),
      bundler.bundle({ text: text(2), overlay: other }),
      bundler.bundle({ text: text(2), overlay: other }, text(2)),
      bundler.bundle({ text: text(1), overlay }),
    ];
    assert.equal(new Set([first, ...others]).size, 5, "of another overlay, of another text, of a doubtful one, after another one");
    const codes = (await Promise.all([first, ...others])).map(({ code }) => /\[part, (\d)\]/.exec(code)?.[1]);
    assert.deepEqual(codes, ["1", "1", "2", "2", "1"]);
  });

  it("see what was written before they were asked for, though one of the same texts is under way", async () => {
    const overlay = await overlayOf({});
    const under = bundler.bundle({ text: text(1), overlay });
    await nextTurn();
    workspace.write({ "part.ts": "export const part = 'second';" });
    const later = bundler.bundle({ text: text(1), overlay });
    assert.notEqual(later, under);
    await under;
    assert.match((await later).code, /second/);
  });

  it("fail together, and the next one is made anew", async () => {
    const overlay = await overlayOf({});
    const broken = { text: "export const f = ;", overlay };
    const both = await Promise.allSettled([bundler.bundle(broken), bundler.bundle(broken)]);
    for (const one of both) assert.ok(one.status === "rejected" && one.reason instanceof BuildError);
    assert.match((await bundler.bundle({ text: text(3), overlay })).code, /\[part, 3\]/);
  });

  it("give one program to those that submit a burst, each with its own call", async () => {
    const calls = Array.from({ length: 40 }, (_, n) =>
      workspace.build("main.ts", { "main.ts": "export const twice = (n: number) => 2 * n;" }).then((p) => [p, n] as const),
    );
    const built = await Promise.all(calls);
    assert.ok(new Set(built.map(([program]) => program)).size < built.length);
    for (const [program, n] of built.slice(-3)) {
      const { url } = await workspace.builder.buildCall(program, { functionName: "twice", argumentsText: String(n) });
      assert.equal(await workspace.run(url, "call"), 2 * n);
    }
  });
});
