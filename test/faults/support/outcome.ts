import assert from "node:assert/strict";
import { type Future, wait } from "concurrent-futures";
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

/** What a future has settled with, in a few words. */
export function told(future: Future<unknown>): string {
  const outcome = future.peek();
  if (!outcome) return future.state;
  if (outcome.kind === "error") return inWords(outcome.error);
  return outcome.kind === "value" ? `value ${inWords(outcome.value)}` : outcome.kind;
}

export function inWords(value: unknown): string {
  if (!(value instanceof Error)) return typeof value === "string" ? JSON.stringify(value) : String(value);
  // Names of workers and numbers differ from run to run.
  return `${value.name}: ${value.message.replace(/worker \S+( \((pid|thread) \d+\))*/g, "worker").replace(/\w+PoolExecutor-\d+: /g, "")}`;
}
