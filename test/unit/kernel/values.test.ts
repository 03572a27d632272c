import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { amplyDescribed, describeProgress, describeValue } from "../../../src/kernel/describeValue.js";
import { readFileInputs, readText } from "../../../src/kernel/map/readInputs.js";
import { jsonOf, rowsAsCsv, rowsAsJson } from "../../../src/kernel/values/exportText.js";
import { plotOf } from "../../../src/kernel/values/numberPlot.js";
import { type RowSource, recordsOf, Table } from "../../../src/kernel/values/table.js";
import { childrenOf } from "../../../src/kernel/values/valueTree.js";

const people = [
  { name: "Ada", age: 36, tags: ["x"] },
  { name: "bob", age: 7 },
  { name: 'Cy "C", jr', age: 36.5, born: new Date(0) },
];
const tableOf = (value: unknown): Table => new Table(recordsOf(value) ?? assert.fail("no table"));
const all = { filter: "", failedOnly: false };

describe("the tree of a value", () => {
  const shown = (value: unknown, ...path: Parameters<typeof childrenOf>[1]) =>
    childrenOf(value, path).map(({ label, preview, expandable }) => `${label}: ${preview}${expandable ? " +" : ""}`);

  it("has entries of objects, arrays, maps, sets and typed arrays", () => {
    assert.deepEqual(shown({ a: 1, b: [1, 2], "c d": {} }), ["a: 1", "b: [ 1, 2 ] +", "c d: {}"]);
    assert.deepEqual(
      shown(
        new Map<unknown, unknown>([
          ["k", 1],
          [{ o: 1 }, [2]],
        ]),
      ),
      ["k: 1", "{ o: 1 }: [ 2 ] +"],
    );
    assert.deepEqual(shown(new Set(["x"])), [": 'x'"]);
    assert.deepEqual(shown(new Uint8Array([7, 8])), ["[0]: 7", "[1]: 8"]);
  });

  it("goes down step by step, also round a cycle", () => {
    const ring: { next?: unknown; n: number } = { n: 1 };
    ring.next = ring;
    assert.deepEqual(shown(ring, { entry: 1 }, { entry: 1 }), ["n: 1", "next: <ref *1> { n: 1, next: [Circular *1] } +"]);
  });

  it("folds what is long into stretches", () => {
    const long = Array.from({ length: 25_000 }, (_, i) => i);
    const top = childrenOf(long, []);
    assert.deepEqual([top.length, top[0]?.label, top.at(-1)?.label], [3, "[0 … 9999]", "[20000 … 24999]"]);
    const middle = childrenOf(long, [top[2]?.step ?? assert.fail()]);
    assert.deepEqual([middle.length, middle[0]?.label], [50, "[20000 … 20099]"]);
    const last = childrenOf(long, [top[2]?.step ?? assert.fail(), middle[1]?.step ?? assert.fail()]);
    assert.deepEqual([last.length, last[0]?.label, last[0]?.preview], [100, "[20100]", "20100"]);
  });

  it("says so when there is no such part", () => assert.throws(() => childrenOf([1], [{ entry: 4 }]), /there is no entry 4/));

  it("reads only the beginning of what is huge", () => {
    let reads = 0;
    const huge = new Proxy(
      Array.from({ length: 300_000 }, (_, i) => ({ i })),
      {
        get(target, key) {
          reads += 1;
          return Reflect.get(target, key) as unknown;
        },
      },
    );
    assert.equal(childrenOf({ huge }, []).length, 1);
    assert.ok(reads > 0 && reads < 1_000, `${reads} reads`);
  });
});

describe("a table", () => {
  it("is made of an array of records, and of nothing else", () => {
    assert.deepEqual(recordsOf(people)?.columns, ["name", "age", "tags", "born"]);
    for (const value of [[], [1, 2], [{}, 3], "text", { a: 1 }, [new Date()], null]) assert.equal(recordsOf(value), undefined);
  });

  it("looks like this", () => {
    const { columns, rows, total, selected } = tableOf(people).page(all, 0, 10);
    assert.deepEqual(
      [columns.join(" | "), ...rows.map(({ cells }) => cells.join(" | "))],
      ["name | age | tags | born", "Ada | 36 | [ 'x' ] | ", "bob | 7 |  | ", 'Cy "C", jr | 36.5 |  | 1970-01-01T00:00:00.000Z'],
    );
    assert.deepEqual([total, selected], [3, 3]);
  });

  it("is sorted by numbers as numbers, by texts whatever their case, what is missing last", () => {
    const names = (column: number, descending = false) =>
      tableOf(people)
        .page({ ...all, sort: { column, descending } }, 0, 9)
        .rows.map(({ cells }) => cells[0]);
    assert.deepEqual(names(1), ["bob", "Ada", 'Cy "C", jr']);
    assert.deepEqual(names(1, true), ['Cy "C", jr', "Ada", "bob"]);
    assert.deepEqual(names(0), ["Ada", "bob", 'Cy "C", jr']);
    assert.equal(names(3)[0], 'Cy "C", jr');
  });

  it("is filtered, and given page by page", () => {
    const long = tableOf(Array.from({ length: 1_000 }, (_, i) => ({ i, text: i % 10 === 0 ? "Ten" : "other" })));
    const page = long.page({ filter: "ten", failedOnly: false, sort: { column: 0, descending: true } }, 95, 10);
    assert.deepEqual([page.selected, page.rows.length, page.rows.map(({ cells }) => cells[0])], [100, 5, ["40", "30", "20", "10", "0"]]);
  });

  it("follows its rows while they change", () => {
    let version = 1;
    const failed = new Set<number>();
    const source: RowSource = {
      columns: ["n"],
      length: 3,
      get version() {
        return version;
      },
      cells: (index) => [index],
      failed: (index) => failed.has(index),
    };
    const table = new Table(source);
    assert.equal(table.page({ filter: "", failedOnly: true }, 0, 9).selected, 0);
    failed.add(1);
    version += 1;
    assert.deepEqual(
      table.page({ filter: "", failedOnly: true }, 0, 9).rows.map(({ index }) => index),
      [1],
    );
  });

  it("is copied as CSV and JSON", () => {
    const source = recordsOf(people) ?? assert.fail();
    assert.equal(rowsAsCsv(source, [2, 0]), 'name,age,tags,born\r\n"Cy ""C"", jr",36.5,,1970-01-01T00:00:00.000Z\r\nAda,36,"[""x""]",\r\n');
    assert.deepEqual(JSON.parse(rowsAsJson(source, [1])), [{ name: "bob", age: 7 }]);
  });
});

describe("a value as JSON", () => {
  it("says what JSON has no form for", () => {
    const ring: Record<string, unknown> = { big: 1n, nan: Number.NaN, map: new Map([["a", 1]]), set: new Set([2]), bytes: new Uint8Array([3]) };
    ring.again = ring;
    ring.shared = [people[1], people[1]];
    assert.deepEqual(JSON.parse(jsonOf(ring)), {
      big: "1",
      nan: "NaN",
      map: { a: 1 },
      set: [2],
      bytes: [3],
      again: "[circular]",
      shared: [people[1], people[1]],
    });
    assert.equal(jsonOf(undefined), "null");
  });
});

describe("the whole text of a value", () => {
  it("is ample, and says when even that is not all", () => {
    const ring: { list: unknown[]; self?: unknown } = { list: Array.from({ length: 50_000 }, (_, i) => i) };
    ring.self = ring;
    const { text, truncated } = amplyDescribed(ring);
    assert.equal(truncated, false);
    assert.match(text, /49999/);
    assert.match(text, /\[Circular \*1\]/);
    assert.equal(amplyDescribed(Array.from({ length: 100_001 }, () => 0)).truncated, true);
  });
});

describe("the description of a value", () => {
  it("tells whether it has parts, is a table or a line of numbers", () => {
    assert.deepEqual([describeValue(1).expandable, describeValue([1]).expandable, describeValue({}).expandable], [undefined, true, undefined]);
    assert.deepEqual([describeValue(people).tabular, describeValue([1]).tabular], [true, undefined]);
    assert.deepEqual(describeValue(new Float64Array(10).fill(2)).plot, { points: Array(10).fill(2), count: 10, min: 2, max: 2 });
  });

  it("has a plot of at least eight finite numbers, the means of many", () => {
    assert.equal(plotOf([1, 2, 3]), undefined);
    assert.equal(plotOf([1, 2, 3, 4, 5, 6, 7, Number.NaN]), undefined);
    const plot = plotOf(Array.from({ length: 6_400 }, (_, i) => i));
    assert.deepEqual([plot?.points.length, plot?.points[0], plot?.points[63], plot?.max], [64, 49.5, 6_349.5, 6_399]);
  });

  it("takes what the value shows itself as, binary data as base64", () => {
    const { display, preview, type } = describeValue({
      futures$display: { "text/plain": "a dot", "image/png": new Uint8Array([1, 2, 3]), "application/json": { a: 1 } },
    });
    assert.deepEqual(
      [display, preview, type],
      [{ "text/plain": "a dot", "image/png": "AQID", "application/json": "{ a: 1 }" }, "a dot", "text/plain, image/png, application/json"],
    );
  });

  it("of progress is a share, or what was told", () => {
    assert.deepEqual(describeProgress({ value: 1, total: 4 }), { text: "1/4", fraction: 0.25 });
    assert.deepEqual(describeProgress({ value: "half\nway" }), { text: "half way" });
    assert.deepEqual(describeProgress([1]), { text: "[ 1 ]" });
  });
});

describe("the inputs of a map", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "inputs-"));
  });
  after(() => rm(folder, { recursive: true }));
  const read = async (name: string, text: string): Promise<unknown[]> => {
    const file = path.join(folder, name);
    await writeFile(file, text);
    return readFileInputs(file);
  };

  it("are read from JSON, NDJSON and CSV", async () => {
    assert.deepEqual(await read("a.json", '\uFEFF[1, {"a": 2}]'), [1, { a: 2 }]);
    assert.deepEqual(await read("a.ndjson", '1\n\n{"a": 2}\r\n'), [1, { a: 2 }]);
    assert.deepEqual(await read("a.csv", 'name,n\n"Ada, the ""first""",1\r\n"two\nlines",007\n,-2.5\n'), [
      { name: 'Ada, the "first"', n: 1 },
      { name: "two\nlines", n: "007" },
      { name: "", n: -2.5 },
    ]);
    assert.deepEqual(await read("b.csv", "only\nx\ny"), [{ only: "x" }, { only: "y" }]);
    assert.deepEqual(await read("empty.csv", ""), []);
  });

  for (const [name, text, message] of [
    ["bad.json", "{", /^SyntaxError: bad\.json is no JSON: /],
    ["one.json", '{"a":1}', /one\.json is no JSON: it has one object and no array of inputs/],
    ["bad.ndjson", "1\n{", /bad\.ndjson is no NDJSON: line 2: /],
    ["short.csv", "a,b\n1,2\n3\n", /short\.csv is no CSV: line 3 has 1 cells, the first line 2/],
    ["quote.csv", 'a\n"open\n', /quote\.csv is no CSV: line 2: a quote is not closed/],
  ] as const) {
    it(`say what is wrong with ${name}`, () => assert.rejects(read(name, text), (error) => message.test(String(error))));
  }

  it("are found in a text", () => {
    assert.deepEqual(readText("[1, 2]"), [1, 2]);
    assert.deepEqual(readText('{"a":1}\n{"a":2}'), [{ a: 1 }, { a: 2 }]);
    assert.deepEqual(readText("one\n\ntwo"), ["one", "two"]);
  });
});
