import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { mapStack } from "../../../src/futures/transfer/stackMapping.js";

/** All of the second line comes from line 11, column 5 of the source and has its first name: `AAUIA` is [0, 0, 10, 4, 0], counted from 0. */
const mappings = ";AAUIA";
const map = (fields: object = {}): string => JSON.stringify({ version: 3, sources: ["../src/a.ts"], names: ["original"], mappings, ...fields });
const inline = (text: string): string => `data:application/json;charset=utf-8;base64,${Buffer.from(text).toString("base64")}`;

describe("stacks in the user's source", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "stack (mapping) "));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes a compiled file; gives its path. */
  function compiled(link: string, beside?: string, name = "a.js"): string {
    const file = path.join(folder, name);
    writeFileSync(file, `"use strict";\nthrow new Error();\n${link}\n`);
    if (beside !== undefined) writeFileSync(`${file}.map`, beside);
    return file;
  }
  const source = (): string => path.join(path.dirname(folder), "src", "a.ts");

  it("are found by path and by URL, in every form of a frame, within folders of any name", () => {
    const file = compiled("//# sourceMappingURL=a.js.map", map());
    const url = pathToFileURL(file).href;
    const forms = (place: string): string[] => [
      `at fn (${place})`,
      `at ${place}`,
      `at async ${place}`,
      `at async Foo.bar [as baz] (${place})`,
      `at new Foo (${place})`,
    ];
    for (const place of [`${file}:2:7`, `${url}:2:7`, `${url}?version=2:2:7`]) {
      const stack = ["Error: x", ...forms(place).map((frame) => `    ${frame}`)].join("\n");
      assert.deepEqual(mapStack(stack, "x").split("\n"), ["Error: x", ...forms(`${source()}:11:5`).map((frame) => `    ${frame}`)]);
    }
  });

  const found: { how: string; link: string; beside?: string; place?: string }[] = [
    { how: "inline, in base64", link: `//# sourceMappingURL=${inline(map())}` },
    { how: "inline, escaped", link: `//# sourceMappingURL=data:application/json,${encodeURIComponent(map())}` },
    { how: "with the old mark", link: "//@ sourceMappingURL=a.js.map", beside: map() },
    { how: "in a block comment", link: "/*# sourceMappingURL=a.js.map */", beside: map() },
    { how: "behind the line that keeps browsers off", link: "//# sourceMappingURL=a.js.map", beside: `)]}'\n${map()}` },
    {
      how: "with sections",
      link: "//# sourceMappingURL=a.js.map",
      beside: JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map: JSON.parse(map()) }] }),
    },
    {
      how: "with a sourceRoot",
      link: "//# sourceMappingURL=a.js.map",
      beside: map({ sourceRoot: "/sources", sources: ["a.ts"] }),
      place: "/sources/a.ts",
    },
    {
      how: "with an absolute source",
      link: "//# sourceMappingURL=a.js.map",
      beside: map({ sources: ["file:///elsewhere/a.ts"] }),
      place: "/elsewhere/a.ts",
    },
    {
      how: "of webpack, whose addresses stay",
      link: "//# sourceMappingURL=a.js.map",
      beside: map({ sources: ["webpack://app/./src/a.ts"] }),
      place: "webpack://app/./src/a.ts",
    },
  ];
  for (const { how, link, beside, place } of found) {
    it(`are found by a map ${how}`, function () {
      if (process.platform === "win32" && place?.startsWith("/")) this.skip();
      const file = compiled(link, beside);
      assert.equal(mapStack(`Error\n    at ${file}:2:7`, ""), `Error\n    at ${place ?? source()}:11:5`);
    });
  }

  const left: { how: string; link: string; beside?: string; position?: string; name?: string }[] = [
    { how: "the file names no map", link: "" },
    { how: "the map is not there", link: "//# sourceMappingURL=a.js.map" },
    { how: "the map is no JSON", link: "//# sourceMappingURL=a.js.map", beside: "<html>" },
    { how: "the map is null", link: "//# sourceMappingURL=a.js.map", beside: "null" },
    { how: "the map is on the web", link: "//# sourceMappingURL=https://localhost/a.js.map", beside: map() },
    { how: "the mark is within a text", link: 'const mark = "//# sourceMappingURL=a.js.map";', beside: map() },
    { how: "the line came from nowhere", link: "//# sourceMappingURL=a.js.map", beside: map(), position: "3:1" },
    { how: "the line stands before the first that came from somewhere", link: "//# sourceMappingURL=a.js.map", beside: map(), position: "1:1" },
    { how: "the mappings are rubbish", link: "//# sourceMappingURL=a.js.map", beside: map({ mappings: ";!!!!!!" }) },
    { how: "the frame is in TypeScript already", link: "//# sourceMappingURL=a.mts.map", beside: map(), name: "a.mts" },
  ];
  for (const { how, link, beside, position = "2:7", name = "a.js" } of left) {
    it(`stay where they are if ${how}`, () => {
      const stack = `Error\n    at fn (${compiled(link, beside, name)}:${position})`;
      assert.equal(mapStack(stack, ""), stack);
    });
  }

  it("leave alone what only looks like a frame, and frames without a file", () => {
    const file = compiled("//# sourceMappingURL=a.js.map", map());
    const message = `copied:\n    at fn (${file}:2:7)`;
    const others = [
      "    at Array.map (<anonymous>)",
      "    at eval (eval at fn (/a.js:1:1), <anonymous>:1:1)",
      "    at node:internal/x:1:2",
      "    at async Promise.all (index 0)",
    ].join("\n");
    assert.equal(
      mapStack(`Error: ${message}\n${others}\n    at fn (${file}:2:7)`, message),
      `Error: ${message}\n${others}\n    at fn (${source()}:11:5)`,
    );
    // The message was changed after the stack was made, to a text that the frames have.
    assert.equal(mapStack(`Error: old\n    at fn (${file}:2:7)`, "fn"), `Error: old\n    at fn (${source()}:11:5)`);
  });

  it("give a minified function the name that its caller calls it by", () => {
    const file = compiled("//# sourceMappingURL=a.js.map", map());
    const stack = `Error\n    at a (${file}:2:5)\n    at b (${file}:2:1)\n    at c (${file}:2:9)`;
    assert.equal(mapStack(stack, ""), `Error\n    at original (${source()}:11:5)\n    at b (${source()}:11:5)\n    at c (${source()}:11:5)`);
  });

  it("follow a file that was compiled again", () => {
    const file = compiled("//# sourceMappingURL=a.js.map", map());
    const stack = `Error\n    at ${file}:2:7`;
    assert.equal(mapStack(stack, ""), `Error\n    at ${source()}:11:5`);
    compiled("//# sourceMappingURL=a.js.map", map({ sources: ["b.ts"] }));
    utimesSync(file, 1, 1);
    assert.equal(mapStack(stack, ""), `Error\n    at ${path.join(folder, "b.ts")}:11:5`);
  });
});
