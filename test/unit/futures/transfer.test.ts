import assert from "node:assert/strict";
import { types } from "node:util";
import { TimeoutError, WorkerDiedError } from "../../../src/futures/errors.js";
import { cloneableInProcess, cloneableInThread } from "../../../src/futures/transfer/cloneable.js";
import { decodeThrown, encodeThrown } from "../../../src/futures/transfer/errors.js";
import { transferError } from "../../../src/futures/transfer/uncloneable.js";

const across = (thrown: unknown): unknown => decodeThrown(structuredClone(encodeThrown(thrown, cloneableInThread)));

describe("errors that cross between workers", () => {
  it("keep class, name, message, stack, own properties, cause chain and the errors of an AggregateError", () => {
    const cause = new RangeError("inner", { cause: "text" });
    const thrown = Object.assign(new TypeError("outer", { cause }), { code: "E_X", details: { deep: [1, new Date(0)] } });
    const got = across(thrown) as typeof thrown;
    assert.ok(got instanceof TypeError && types.isNativeError(got));
    assert.deepEqual(
      [got.name, got.message, got.stack, got.code, got.details],
      [thrown.name, thrown.message, thrown.stack, thrown.code, thrown.details],
    );
    assert.ok(got.cause instanceof RangeError);
    assert.equal((got.cause as Error).cause, "text");
    const many = across(new AggregateError([new SyntaxError("a"), 5], "both")) as AggregateError;
    assert.ok(many instanceof AggregateError && many.errors[0] instanceof SyntaxError);
    assert.equal(many.errors[1], 5);
    assert.deepEqual(Object.keys(many), []);
  });

  it("of the library's own classes are of these classes again", () => {
    assert.ok(across(new TimeoutError("t")) instanceof TimeoutError);
    const died = across(new WorkerDiedError("d", { worker: "w-0", exitCode: 3 })) as WorkerDiedError;
    assert.ok(died instanceof WorkerDiedError);
    assert.deepEqual([died.exitCode, died.worker, died.code], [3, "w-0", "ERR_FUTURES_WORKER_DIED"]);
  });

  it("of an unknown class keep their name and are of the nearest known class", () => {
    class NotFound extends RangeError {
      override name = "NotFound";
    }
    const got = across(new NotFound("x")) as Error;
    assert.ok(got instanceof RangeError);
    assert.equal(got.name, "NotFound");
  });

  it("arrive whatever was thrown: falsy values, plain objects, functions, hostile ones", () => {
    for (const value of [undefined, null, 0, "", { a: 1 }]) assert.deepEqual(across(value), value);
    assert.match((across(() => 1) as Error).message, /threw a function that cannot be sent/);
    const hostile = new Error("x");
    Object.defineProperty(hostile, "cause", {
      get: () => {
        throw new Error("getter");
      },
    });
    Object.defineProperty(hostile, "bad", {
      enumerable: true,
      get: () => {
        throw new Error("getter");
      },
    });
    assert.equal((across(Object.assign(hostile, { fn: () => 1, ok: 1 })) as { ok: number }).ok, 1);
    const circular = new Error("round");
    circular.cause = circular;
    assert.match(((across(circular) as Error).cause as Error).message, /circular/);
    assert.ok(
      across(
        new Proxy(
          {},
          {
            getPrototypeOf: () => {
              throw new Error("trap");
            },
          },
        ),
      ) instanceof Error,
    );
  });
});

describe("the error for a value that cannot be cloned", () => {
  const messageFor = (value: unknown, cloneable = cloneableInThread): string =>
    transferError(value, "args", new Error("could not be cloned"), cloneable).message;

  it("names the place and the kind", () => {
    class Socket {
      handler = () => 1;
    }
    const table: [unknown, RegExp][] = [
      [[1, { onDone: () => 1 }], /^args\[1\]\.onDone is the function onDone and cannot be cloned/],
      [[{ "a b": Symbol("s") }], /^args\[0\]\["a b"\] is a symbol/],
      [[new Map([["k", [() => 1]]])], /^args\[0\]\.get\("k"\)\[0\] is a function/],
      [[new Set([1, () => 1])], /^args\[0\]\.values\(\)\[1\] is a function/],
      [[Promise.resolve()], /^args\[0\] is a Promise/],
      [[{ w: new WeakMap() }], /^args\[0\]\.w is a WeakMap/],
      [[new Socket()], /^args\[0\]\.handler is the function handler/],
      [
        [
          {
            get x() {
              throw new RangeError("lazy");
            },
          },
        ],
        /^args\[0\]\.x is a getter that threw RangeError: lazy/,
      ],
    ];
    for (const [value, message] of table) assert.match(messageFor(value), message);
  });

  it("blames shared memory between processes, not between threads", () => {
    const value = [new SharedArrayBuffer(8), () => 1];
    assert.match(messageFor(value), /^args\[1\] is a function/);
    assert.match(messageFor(value, cloneableInProcess), /^args\[0\] is a SharedArrayBuffer/);
  });

  it("ends on cycles and on values without end", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle, () => 1);
    assert.match(messageFor(cycle), /^args\[1\] is a function/);
    const endless = (): object =>
      new Proxy({}, { ownKeys: () => ["x"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: endless });
    assert.match(messageFor(endless()), /could not be cloned/);
  });
});
