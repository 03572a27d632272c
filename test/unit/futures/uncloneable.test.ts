import assert from "node:assert/strict";
import * as namespace from "node:os";
import { MessageChannel } from "node:worker_threads";
import { TransferError } from "../../../src/futures/errors.js";
import { cloneableInProcess, cloneableInThread } from "../../../src/futures/transfer/cloneable.js";
import { splitCloneable, transferError } from "../../../src/futures/transfer/uncloneable.js";

const channels = { thread: cloneableInThread, process: cloneableInProcess };
type Channel = keyof typeof channels;

/** The message for arguments that this channel really refuses. */
function messageFor(args: readonly unknown[], channel: Channel = "thread"): string {
  const [found] = splitCloneable([args], channels[channel]);
  assert.ok(found, `a ${channel} refuses nothing there`);
  return found.error.message;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

class Job {
  readonly #id = 1;
  readonly handler = (): number => this.#id;
}

interface Row {
  readonly what: string;
  readonly args: () => readonly unknown[];
  readonly message: RegExp;
  /** Where it is refused; both unless said. */
  readonly only?: Channel;
}

const rows: readonly Row[] = [
  { what: "a function", args: () => [1, { onDone: () => 1 }], message: /^args\[1\]\.onDone is the function onDone and cannot be cloned.*plain data/ },
  { what: "a class", args: () => [Job], message: /^args\[0\] is the class Job and/ },
  { what: "a symbol", args: () => [{ "a b": Symbol("s") }], message: /^args\[0\]\["a b"\] is a symbol/ },
  { what: "a symbol object", args: () => [Object(Symbol("s"))], message: /^args\[0\] is a Symbol/ },
  { what: "a value of a Map", args: () => [new Map([["k", [() => 1]]])], message: /^args\[0\]\.get\("k"\)\[0\] is a function/ },
  { what: "a key of a Map", args: () => [new Map([[{ f: () => 1 }, 1]])], message: /^args\[0\]\.keys\(\)\[0\]\.f is the function f/ },
  { what: "a value under a key that is no text", args: () => [new Map([[1, () => 1]])], message: /^args\[0\]\.values\(\)\[0\] is a function/ },
  { what: "an entry of a Set", args: () => [new Set([1, () => 1])], message: /^args\[0\]\.values\(\)\[1\] is a function/ },
  // biome-ignore lint/suspicious/noSparseArray: the holes are the point
  { what: "an array with holes", args: () => [[, , () => 1]], message: /^args\[0\]\[2\] is a function/ },
  { what: "a property of an array", args: () => [Object.assign([1], { extra: () => 1 })], message: /^args\[0\]\.extra is the function extra/ },
  { what: "a class instance with private state", args: () => [new Job()], message: /^args\[0\]\.handler is the function handler/ },
  { what: "a Promise", args: () => [Promise.resolve()], message: /^args\[0\] is a Promise.*; await it and send its value$/ },
  { what: "a WeakMap", args: () => [{ w: new WeakMap() }], message: /^args\[0\]\.w is a WeakMap/ },
  { what: "a WeakRef", args: () => [new WeakRef({})], message: /^args\[0\] is a WeakRef/ },
  { what: "a Proxy", args: () => [new Proxy({ f: () => 1 }, {})], message: /^args\[0\] is a Proxy.*; send a plain copy of it$/ },
  { what: "a generator", args: () => [(function* () {})()], message: /^args\[0\] is a generator.*; send its values, say as an array$/ },
  { what: "an iterator", args: () => [[1].values()], message: /^args\[0\] is an Array Iterator/ },
  { what: "a module namespace", args: () => [namespace], message: /^args\[0\] is a module namespace.*; import the module where it is needed$/ },
  { what: "an object of Intl", args: () => [new Intl.NumberFormat()], message: /^args\[0\] is an Intl\.NumberFormat/ },
  { what: "memory of WebAssembly", args: () => [new WebAssembly.Memory({ initial: 1 })], message: /^args\[0\] is a WebAssembly\.Memory/ },
  {
    what: "a getter that throws",
    args: () => [
      {
        get x() {
          throw new RangeError("lazy");
        },
      },
    ],
    message: /^args\[0\]\.x is a getter that threw RangeError: lazy/,
  },
  { what: "a detached buffer", args: () => [detached()], message: /^args\[0\] is a detached ArrayBuffer.*; it was transferred before/ },
  {
    what: "a MessagePort for a thread",
    only: "thread",
    args: () => [new MessageChannel().port1],
    message: /^args\[0\] is a MessagePort.*; name it in the `transfer` of `schedule`$/,
  },
  {
    what: "a MessagePort for a process",
    only: "process",
    args: () => [new MessageChannel().port1],
    message: /MessagePort.*; it can go to a thread, by `transfer`, but not to a process$/,
  },
  {
    what: "shared memory",
    only: "process",
    args: () => [1, new SharedArrayBuffer(8), () => 1],
    message: /^args\[1\] is a SharedArrayBuffer.*; processes share no memory: use a ThreadPoolExecutor, or send a copy$/,
  },
  {
    what: "a module of WebAssembly",
    only: "process",
    args: () => [new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))],
    message: /^args\[0\] is a WebAssembly\.Module.*; send its bytes/,
  },
];

describe("the error for a value that cannot be cloned", () => {
  for (const { what, args, message, only } of rows) {
    it(`names the place and what to do: ${what}`, () => {
      for (const channel of only ? [only] : (["thread", "process"] as const)) assert.match(messageFor(args(), channel), message);
    });
  }

  it("names views of a detached buffer", () => {
    const view = new Uint8Array(4);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    assert.match(messageFor([view]), /^args\[0\] is a Uint8Array on a detached ArrayBuffer/);
  });

  it("is not raised for what is cloned with a loss: class instances, errors, Buffers, holes", () => {
    class Point {
      readonly x = 1;
    }
    // biome-ignore lint/suspicious/noSparseArray: the holes are the point
    const lossy = [new Point(), Object.assign(new TypeError("t"), { code: 1, f: () => 1 }), Buffer.from("b"), [, 1], new Date(Number.NaN)];
    for (const cloneable of Object.values(channels)) assert.deepEqual(splitCloneable([lossy], cloneable), []);
    assert.deepEqual(splitCloneable([[new SharedArrayBuffer(8)]], cloneableInThread), []);
  });

  it("has what structured clone said as its cause, and a getter's own error", () => {
    const lazy = new RangeError("lazy");
    const args = [
      {
        get x() {
          throw lazy;
        },
      },
    ];
    const [found] = splitCloneable([args], cloneableInThread);
    assert.equal(found?.error.cause, lazy);
    const [symbol] = splitCloneable([[Symbol("s")]], cloneableInProcess);
    assert.match(String(symbol?.error.cause), /^DataCloneError: /);
  });

  it("ends on cycles, on great depth and width, and on values without end", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle, () => 1);
    assert.match(messageFor(cycle), /^args\[1\] is a function/);
    let deep: object = {};
    for (let i = 0; i < 100_000; i += 1) deep = { deep };
    assert.match(messageFor([deep]), /^args is nested too deeply to be cloned/);
    assert.match(messageFor([...new Array(200_000).keys(), () => 1]), /^args\[200000\] is a function/);
    const endless = (): object => ({
      get more() {
        return endless();
      },
    });
    assert.match(messageFor([endless()]), /^args is nested too deeply/);
  });

  it("says what structured clone said where it finds no culprit", () => {
    const error = transferError([1], "result", new Error("no reason known"), cloneableInThread);
    assert.match(error.message, /^result cannot be cloned to go from one worker to another \(Error: no reason known\); use plain data instead$/);
  });
});

describe("the error for a transfer list", () => {
  const buffer = new ArrayBuffer(8);
  const { port1 } = new MessageChannel();
  const table: { list: readonly unknown[]; message: RegExp }[] = [
    { list: [5], message: /^transfer\[0\] is a number: only objects can be transferred$/ },
    { list: [buffer, { a: 1 }], message: /^transfer\[1\] is an Object, which cannot be transferred: leave it out of the list$/ },
    { list: [buffer, buffer], message: /^transfer\[1\] is the same object as transfer\[0\]: name it once$/ },
    { list: [port1, buffer, port1], message: /^transfer\[2\] is the same object as transfer\[0\]/ },
    { list: [new SharedArrayBuffer(8)], message: /^transfer\[0\] is a SharedArrayBuffer, which is shared/ },
    { list: [new Uint8Array(8)], message: /^transfer\[0\] is a Uint8Array: transfer its `buffer` instead$/ },
  ];
  for (const { list, message } of table) {
    it(`names the entry: ${message.source}`, () => {
      assert.throws(
        () => structuredClone([1], { transfer: list as ArrayBuffer[] }),
        (refusal) => {
          assert.match(transferError([1], "args", refusal, cloneableInThread, list).message, message);
          return true;
        },
      );
    });
  }

  it("is not about what is in the list when an argument is to blame", () => {
    const args = [port1, () => 1];
    assert.throws(
      () => structuredClone(args, { transfer: [port1] }),
      (refusal) => {
        assert.match(transferError(args, "args", refusal, cloneableInThread, [port1]).message, /^args\[1\] is a function/);
        return true;
      },
    );
  });
});

describe("splitCloneable", () => {
  it("tells which of several calls cannot be sent, each with an error of its own and places within its own arguments", () => {
    const calls = [[1], [() => 1], [{ ok: true }], [1, { s: Symbol("s") }]];
    const found = splitCloneable(calls, cloneableInThread);
    assert.deepEqual(
      found.map(({ index, error }) => [index, error instanceof TransferError, error.message.split(" and ")[0]]),
      [
        [1, true, "args[0] is a function"],
        [3, true, "args[1].s is a symbol"],
      ],
    );
    assert.match(splitCloneable([1, () => 1], cloneableInProcess, "result")[0]?.error.message as string, /^result is a function/);
  });
});
