import assert from "node:assert/strict";
import { inspect } from "node:util";
import { BrokenProcessPool, BrokenThreadPool, type Future, WorkerDiedError, wait } from "concurrent-futures";
import type { Ground } from "../table.js";
import { inTime } from "./limit.js";

/** A class of errors, its name included: the library's, or the language's. */
export type ErrorClass = new (...args: never[]) => Error;

/** Resolves to the error that the future has failed with. @throws AssertionError if it has a value. */
export async function errorOf(future: Future<unknown>): Promise<unknown> {
  await settled(future);
  const outcome = future.peek();
  assert.ok(outcome?.kind === "error", `it should have failed: ${told(future)}`);
  return outcome.error;
}

/** Resolves when the future is done, whatever with. */
export async function settled(future: Future<unknown>): Promise<void> {
  await inTime(String(future), wait([future]));
}

/** Asserts class and message of the error that a future fails with. @returns the error. */
export async function failsWith<E extends ErrorClass>(future: Future<unknown>, Class: E, message: RegExp): Promise<InstanceType<E>> {
  const error = await errorOf(future);
  assert.ok(error instanceof Class, `not a ${Class.name}: ${String(error)}`);
  assert.match(error.message, message);
  return error as InstanceType<E>;
}

/**
 * Asserts that the pool broke under these futures: each has failed with an error of its own, for the death of a worker.
 * @returns the deaths, one a future.
 */
export async function brokenByDeath(futures: readonly Future<unknown>[], ground: Ground): Promise<WorkerDiedError[]> {
  const errors = await Promise.all(futures.map(errorOf));
  const deaths = errors.map((error) => {
    assert.ok(error instanceof (ground === "threads" ? BrokenThreadPool : BrokenProcessPool), String(error));
    assert.ok(error.cause instanceof WorkerDiedError, `the cause is ${String(error.cause)}`);
    return error.cause;
  });
  assert.equal(new Set(errors).size, futures.length, "futures share an error");
  assert.equal(new Set(deaths).size, futures.length, "errors share a cause");
  return deaths;
}

/** What a future has settled with, in a few words. */
export function told(future: Future<unknown>): string {
  const outcome = future.peek();
  if (!outcome) return future.state;
  if (outcome.kind === "error") return inWords(outcome.error);
  return outcome.kind === "value" ? `value ${inWords(outcome.value)}` : outcome.kind;
}

/** In a table there is little room, and names of workers differ from run to run. */
export function inWords(value: unknown): string {
  if (!(value instanceof Error)) return inspect(value, { depth: 0 });
  const message = value.message.replace(/worker \S+-\d+( \((pid|thread) \d+\))+ ended /g, "").replace(/\w+PoolExecutor-\d+:? /g, "");
  return `${value.name}: ${message.replace("the pool broke while this task was in it: ", "")}`;
}
