import assert from "node:assert/strict";
import { type PoolExecutor, registerErrorClass, TransferError, task } from "concurrent-futures";
import { depthThatCannotBeRead, nested } from "../conformance/support/deep.js";
import { fault, oneWorker } from "./support/fault.js";
import { errorOf, failsWith, settled, told } from "./support/outcome.js";
import type { Ground } from "./table.js";

/** What the program makes of a worker's QuotaError. */
class OurQuotaError extends Error {
  override name = "QuotaError";
  readonly code = "E_QUOTA";
  details: object | undefined;
}
registerErrorClass(OurQuotaError, "QuotaError");

// The smallest module there is.
const emptyModule = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const compile = (bytes: Uint8Array): unknown => {
  const { Module } = (globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => unknown } }).WebAssembly;
  return new Module(bytes);
};

const exportsOf = (module: unknown): unknown[] => {
  const { Module } = (globalThis as unknown as { WebAssembly: { Module: { exports(module: unknown): unknown[] } } }).WebAssembly;
  return Module.exports(module);
};

/** A future that fails with a fault of transfer fails alone: its neighbours before and after it in the queue have their values. */
async function alone(pool: PoolExecutor, submit: () => ReturnType<PoolExecutor["submit"]>): Promise<ReturnType<PoolExecutor["submit"]>> {
  const before = pool.submit(() => "before");
  const victim = submit();
  const after = pool.submit(() => "after");
  await settled(victim);
  assert.deepEqual([await before.result(), await after.result()], ["before", "after"]);
  return victim;
}

/** The depth is that of messages of processes; the stack of a thread may be large enough to read it, and then the value is there. */
async function isUnreadable(victim: ReturnType<PoolExecutor["submit"]>, ground: Ground): Promise<void> {
  if (ground === "processes" || victim.peek()?.kind === "error") await failsWith(victim, TransferError, /could be sent but not be read/);
  else assert.ok("value" in ((await victim.result()) as object));
}

describe("faults: values that do not cross", () => {
  fault(
    "argument.function",
    async ({ pool }) => {
      const victim = await alone(pool, () =>
        pool.submit(
          (n: unknown) => n,
          () => 1,
        ),
      );
      await failsWith(victim, TransferError, /args\[0\] is a function/);
      return told(victim);
    },
    oneWorker,
  );

  fault(
    "result.function",
    async ({ pool }) => {
      const victim = await alone(pool, () => pool.submit(() => ({ onDone: () => 1 }) as unknown));
      await failsWith(victim, TransferError, /^result\.onDone is the function onDone and cannot be cloned/);
      return told(victim);
    },
    oneWorker,
  );

  fault(
    "argument.unreadable",
    async ({ pool, ground }) => {
      const argument = nested(depthThatCannotBeRead());
      const victim = await alone(pool, () => pool.submit((deep: object) => ({ value: Object.keys(deep) }), argument));
      await isUnreadable(victim, ground);
      return victim.peek()?.kind === "error" ? told(victim) : "value, readable in a thread";
    },
    oneWorker,
  );

  fault(
    "result.unreadable",
    async ({ pool, ground }) => {
      const victim = await alone(pool, () => pool.submit(nested, depthThatCannotBeRead()));
      await isUnreadable(victim, ground);
      return victim.peek()?.kind === "error" ? told(victim) : "value, readable in a thread";
    },
    oneWorker,
  );

  fault(
    "argument.wasm",
    async ({ pool, ground }) => {
      const victim = await alone(pool, () => pool.submit(exportsOf, compile(emptyModule)));
      if (ground === "processes") await failsWith(victim, TransferError, /args\[0\]|arguments/);
      else assert.deepEqual(await victim.result(), []);
      return told(victim);
    },
    oneWorker,
  );

  fault(
    "result.wasm",
    async ({ pool, ground }) => {
      const victim = await alone(pool, () => pool.submit(compile, emptyModule));
      if (ground === "processes") await failsWith(victim, TransferError, /result|outcome/);
      else assert.deepEqual(exportsOf(await victim.result()), []);
      return told(victim);
    },
    oneWorker,
  );
});

describe("faults: errors of tasks", () => {
  fault(
    "error.uncloneable",
    async ({ pool }) => {
      const victim = await alone(pool, () =>
        pool.submit(() => {
          throw Object.assign(new TypeError("with a function"), { kept: 1, handler: () => 1 });
        }),
      );
      const error = await failsWith(victim, TypeError, /^with a function$/);
      assert.equal((error as { kept?: unknown }).kept, 1);
      return told(victim);
    },
    oneWorker,
  );

  fault(
    "error.null",
    async ({ pool }) => {
      const victim = await alone(pool, () =>
        pool.submit(() => {
          throw null;
        }),
      );
      assert.equal(await errorOf(victim), null);
      return `fails with ${await errorOf(victim)}`;
    },
    oneWorker,
  );

  fault(
    "error.DOMException",
    async ({ pool }) => {
      const victim = await alone(pool, () =>
        pool.submit(() => {
          throw new DOMException("not like this", "DataError");
        }),
      );
      const error = await errorOf(victim);
      assert.ok(error instanceof DOMException, String(error));
      assert.deepEqual([error.name, error.message], ["DataError", "not like this"]);
      return told(victim);
    },
    oneWorker,
  );

  fault(
    "error.class",
    async ({ pool }) => {
      const victim = await alone(pool, () =>
        pool.submit(function overdraw() {
          class QuotaError extends Error {
            override name = "QuotaError";
            readonly code = "E_QUOTA";
            details = { left: 0 };
          }
          throw new QuotaError("no more", { cause: new RangeError("the reason") });
        }),
      );
      const error = await failsWith(victim, OurQuotaError, /^no more$/);
      assert.deepEqual([error.name, error.code, error.details], ["QuotaError", "E_QUOTA", { left: 0 }]);
      assert.ok(error.cause instanceof RangeError && error.cause.message === "the reason", String(error.cause));
      assert.match(error.stack ?? "", /overdraw/);
      return told(victim);
    },
    oneWorker,
  );

  fault(
    "error.module",
    async ({ pool }) => {
      const broken = task("data:text/javascript,throw new SyntaxError('at its top level')", "f");
      const victims = [1, 2, 3].map(() => pool.submit(broken));
      for (const victim of victims) await failsWith(victim, SyntaxError, /at its top level/);
      return told(victims[2] as (typeof victims)[number]);
    },
    oneWorker,
  );

  fault(
    "promise",
    async ({ pool }) => {
      const plain = pool.submit(function later() {
        return new Promise((resolve) => setImmediate(resolve, "awaited"));
      });
      await settled(plain);
      assert.equal(await plain.result(), "awaited");
      return told(plain);
    },
    oneWorker,
  );
});
