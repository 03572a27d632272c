import assert from "node:assert/strict";
import { inspect, types } from "node:util";
import vm from "node:vm";
// The built copy: another one than that of src/ which this file holds.
import { registerErrorClass as registerInOtherCopy, TimeoutError as TimeoutOfOtherCopy } from "concurrent-futures";
import { BlockingError, FuturesError, QueueFullError, TimeoutError, WorkerDiedError } from "../../../src/futures/errors.js";
import { cloneableInProcess, cloneableInThread } from "../../../src/futures/transfer/cloneable.js";
import { registerErrorClass } from "../../../src/futures/transfer/errorClasses.js";
import { decodeThrown, type EncodedThrown, encodeThrown } from "../../../src/futures/transfer/errors.js";

const across = (thrown: unknown): unknown => decodeThrown(structuredClone(encodeThrown(thrown, cloneableInThread)));
type Anything = Error & Record<string, unknown>;
const throws = (): never => {
  throw new Error("trap");
};

/** For the time of a test; the registry is of the whole process. */
function registered(Class: Parameters<typeof registerErrorClass>[0], name: string | undefined, use: () => void): void {
  registerErrorClass(Class, name);
  try {
    use();
  } finally {
    (globalThis as never as { [key: symbol]: Map<string, unknown> })[Symbol.for("concurrent-futures.errorClasses")]?.delete(name ?? Class.name);
  }
}

describe("errors that cross between workers", () => {
  it("keep class, name, message, stack, own properties, cause chain and the errors of an AggregateError", () => {
    const cause = new RangeError("inner", { cause: "text" });
    const thrown = Object.assign(new TypeError("outer", { cause }), { code: "E_X", details: { deep: [1, new Date(0)] } });
    thrown.stack = "TypeError: outer\n    at somewhere";
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
    class Several extends AggregateError {}
    const several = across(new Several([new EvalError("e")])) as AggregateError;
    assert.ok(several instanceof AggregateError && several.errors[0] instanceof EvalError);
  });

  it("keep error and suppressed of a SuppressedError", () => {
    const { SuppressedError } = globalThis as { SuppressedError?: new (error: unknown, suppressed: unknown, message: string) => Error };
    // Node 20 has none; there compilers make an Error of that name.
    const make = (error: unknown, suppressed: unknown): Error =>
      SuppressedError ? new SuppressedError(error, suppressed, "s") : Object.assign(new Error("s"), { name: "SuppressedError", error, suppressed });
    const got = across(make(new TypeError("while closing"), new RangeError("before"))) as Error & { error: unknown; suppressed: unknown };
    assert.equal(got.name, "SuppressedError");
    assert.ok(got.error instanceof TypeError && got.suppressed instanceof RangeError);
    if (SuppressedError) assert.ok(got instanceof SuppressedError);
  });

  it("keep own properties that are not enumerable as such, and keys that are names of traps", () => {
    const thrown = new Error("x");
    Object.defineProperty(thrown, "hidden", { value: 1, enumerable: false });
    Object.defineProperty(thrown, "__proto__", { value: 2, enumerable: true });
    const got = across(thrown) as Anything;
    assert.deepEqual([got["hidden"], Object.keys(got), got instanceof Error], [1, ["__proto__"], true]);
  });

  it("do not lose their own text to a method that cannot cross", () => {
    const thrown = Object.assign(new Error("x"), { toString: () => "mine", toJSON: () => "mine" });
    const got = across(thrown) as Anything;
    assert.equal(String(got), "Error: x");
    assert.equal(got["toJSON"], "[Function: toJSON]");
  });

  it("of the library's own classes are of these classes again, also from another copy of the library", () => {
    assert.ok(across(new TimeoutError("t")) instanceof TimeoutError);
    const other = across(new TimeoutOfOtherCopy("t"));
    assert.ok(!(new TimeoutOfOtherCopy("t") instanceof TimeoutError) && other instanceof TimeoutError);
    for (const error of [new QueueFullError("q"), new BlockingError("b")]) {
      const got = across(error) as FuturesError;
      assert.ok(got instanceof error.constructor && got instanceof FuturesError);
      assert.deepEqual([got.name, got.code], [error.name, error.code]);
    }
    const died = across(new WorkerDiedError("d", { worker: "w-0", exitCode: 3 })) as WorkerDiedError;
    assert.ok(died instanceof WorkerDiedError);
    assert.deepEqual([died.exitCode, died.worker, died.code], [3, "w-0", "ERR_FUTURES_WORKER_DIED"]);
  });

  it("of a user's class that has the name of one of the library's, or of Node's, are not taken for it", () => {
    const mine = {
      TimeoutError: class TimeoutError extends Error {},
      AssertionError: class AssertionError extends Error {},
    };
    const timeout = across(new mine.TimeoutError("t")) as Error;
    assert.ok(!(timeout instanceof TimeoutError));
    assert.equal(timeout.constructor.name, "TimeoutError");
    assert.ok(!(across(new mine.AssertionError("a")) instanceof assert.AssertionError));
  });

  it("of an unknown class keep their name and are of the nearest known class, under their own name, all of one class", () => {
    class NotFound extends RangeError {
      override name = "NotFound";
    }
    const got = across(new NotFound("x")) as Error;
    assert.ok(got instanceof RangeError);
    assert.deepEqual([got.name, got.constructor.name], ["NotFound", "NotFound"]);
    assert.equal(Object.getPrototypeOf(got), Object.getPrototypeOf(across(new NotFound("y"))));
    class Silent extends TypeError {}
    assert.match(inspect(across(new Silent("s"))), /^Silent \[TypeError\]: s\n/); // as a local one prints
  });

  it("are of the nearest registered class, whose constructor is not called", () => {
    class Base extends Error {
      override name = "Base";
      readonly id: number;
      constructor(details: { deep: { id: number } }) {
        super(`no ${details.deep.id}`);
        this.id = details.deep.id;
      }
      double(): number {
        return this.id * 2;
      }
    }
    class Derived extends Base {}
    registered(Base, undefined, () => {
      const got = across(new Derived({ deep: { id: 4 } })) as Base;
      assert.ok(got instanceof Base);
      assert.deepEqual([got.double(), got.message, got.constructor.name], [8, "no 4", "Derived"]);
    });
    assert.ok(!(across(new Base({ deep: { id: 1 } })) instanceof Base));
    // As a minified program does, on both sides.
    registered(Base, "shop/Base", () => assert.ok(across(new Base({ deep: { id: 1 } })) instanceof Base));
    class Aborted extends DOMException {}
    registered(Aborted, undefined, () => {
      const got = across(new Aborted("m", "AbortError")) as DOMException;
      assert.ok(got instanceof Aborted);
      assert.deepEqual([got.name, got.message, got.code], ["AbortError", "m", 20]);
    });
  });

  it("know the classes that were registered with another copy of the library", () => {
    class Elsewhere extends Error {}
    registerInOtherCopy(Elsewhere, "registered/Elsewhere");
    registered(Elsewhere, "registered/Elsewhere", () => assert.ok(across(new Elsewhere("x")) instanceof Elsewhere));
    registerInOtherCopy(Elsewhere);
    try {
      assert.ok(across(new Elsewhere("x")) instanceof Elsewhere);
    } finally {
      (globalThis as never as { [key: symbol]: Map<string, unknown> })[Symbol.for("concurrent-futures.errorClasses")]?.delete("Elsewhere");
    }
  });

  it("registerErrorClass refuses what is no class of errors, or has no name", () => {
    const refused: [value: unknown, message: RegExp][] = [
      [class Plain {}, /takes a class that extends Error, got Plain$/],
      [() => 1, /got a function$/],
      [undefined, /got undefined$/],
      [{ prototype: new Error("e") }, /got \[object Object\]$/],
    ];
    for (const [value, message] of refused) assert.throws(() => registerErrorClass(value as never), { name: "TypeError", message });
    assert.throws(() => registerErrorClass((() => class extends Error {})()), { name: "TypeError", message: /needs a name/ });
  });

  it("of another realm are of ours, also those that only inherit from its Error", () => {
    const foreign = vm.runInNewContext("new TypeError('far', { cause: new RangeError('below') })") as Error;
    const got = across(foreign) as Error;
    assert.ok(!(foreign instanceof Error) && got instanceof TypeError && got.cause instanceof RangeError);
    // As jsdom makes them: no native error, and neither name nor message of its own.
    const emulated = vm.runInNewContext(
      "class DOMException { get name() { return 'DataError' } get message() { return 'emulated' } }; Object.setPrototypeOf(DOMException.prototype, Error.prototype); new DOMException()",
    ) as unknown;
    const exception = across(emulated) as DOMException;
    assert.ok(exception instanceof DOMException);
    assert.deepEqual([exception.name, exception.message], ["DataError", "emulated"]);
  });

  it("arrive whatever was thrown: falsy values, plain objects, functions", () => {
    for (const value of [undefined, null, 0, "", { a: 1 }]) assert.deepEqual(across(value), value);
    assert.match((across(() => 1) as Error).message, /threw a function that cannot be sent/);
    const settled = across({ status: "rejected", reason: new RangeError("r") }) as PromiseRejectedResult;
    assert.ok(settled.reason instanceof RangeError);
  });

  it("may go in circles, be named twice, and be ten thousand deep", () => {
    const first = new Error("first");
    const second = Object.assign(new Error("second", { cause: first }), { again: first });
    first.cause = second;
    const got = across(first) as Error & { cause: Error & { again: unknown } };
    assert.equal(got.cause.cause, got);
    assert.equal(got.cause.again, got);
    let chain: unknown = "the end";
    for (let i = 0; i < 10_000; i += 1) chain = new Error(`${i}`, { cause: chain });
    let depth = 0;
    let last = across(chain);
    for (; last instanceof Error; last = last.cause) depth += 1;
    assert.deepEqual([depth, last], [10_000, "the end"]);
    const beyond = across(new Error("top", { cause: chain }));
    for (last = beyond; last instanceof Error; last = last.cause);
    assert.match(last as string, /^\[left out, since more than 10000 errors hang together: Error: 0\]$/);
  });

  it("are cut where a text is longer than anybody reads, and say so; the frames stay", () => {
    const got = across(new Error("x".repeat(3_000_000))) as Error;
    assert.match(got.message, /^x{1000000}… \(2000000 more characters were left out\)$/);
    assert.match(String(got.stack), /left out\)\n {4}at .*transfer\.test/);
  });

  const hostile: { what: string; make: () => unknown }[] = [
    { what: "a Proxy with throwing traps", make: () => new Proxy({}, new Proxy({}, { get: () => throws })) },
    { what: "a Proxy of an error with throwing traps", make: () => new Proxy(new Error("e"), new Proxy({}, { get: () => throws })) },
    {
      what: "a Proxy that was revoked",
      make() {
        const { proxy, revoke } = Proxy.revocable(new Error("e"), {});
        revoke();
        return proxy;
      },
    },
    {
      what: "prototypes without end",
      make() {
        const endless = (): object => new Proxy({}, { getPrototypeOf: endless });
        return endless();
      },
    },
    {
      what: "causes without end",
      make() {
        const endless = (): Error => Object.defineProperty(new Error("e"), "cause", { get: endless });
        return endless();
      },
    },
    { what: "texts that throw", make: () => ({ toString: throws, [Symbol.toPrimitive]: throws, [inspect.custom]: throws, f: throws }) },
    {
      what: "getters that throw",
      make() {
        const error = new Error("e");
        // The stack first: V8 reads the others while it gives the stack away.
        for (const key of ["stack", "name", "message", "cause"]) Object.defineProperty(error, key, { get: throws });
        return error;
      },
    },
    { what: "four billion errors", make: () => Object.assign(new AggregateError([]), { errors: new Array(4_000_000_000) }) },
    { what: "names and messages that are no texts", make: () => Object.assign(new Error("e"), { name: Symbol("n"), message: { a: 1 }, stack: 5 }) },
    { what: "a frozen error without a prototype", make: () => Object.freeze(Object.setPrototypeOf(new Error("e"), null)) },
  ];
  for (const { what, make } of hostile) {
    it(`are told whatever they do: ${what}`, () => {
      assert.ok(across(make()) instanceof Error);
    });
  }

  it("that user code forged are errors too", () => {
    for (const forged of [undefined, 5, {}, { value: { kind: "error", index: 0 }, errors: [{}] }, { value: {}, errors: [null] }])
      assert.doesNotThrow(() => decodeThrown(forged as unknown as EncodedThrown));
    assert.match(String(decodeThrown(null as unknown as EncodedThrown)), /an error arrived in a form that cannot be read/);
  });

  it("make a new object each time they arrive", () => {
    const encoded = encodeThrown(new Error("e"), cloneableInProcess);
    assert.notEqual(decodeThrown(encoded), decodeThrown(encoded));
  });
});
