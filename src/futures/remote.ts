/** For executors of your own whose workers are elsewhere: what goes there and comes back, as bytes. */
import type { AnyFunction } from "./executor.js";
import { type FunctionReference, referenceKey, referenceOf, standInFor } from "./task.js";
import { builtin } from "./transfer/builtin.js";
import { cloneableInProcess } from "./transfer/cloneable.js";
import { decodeThrown, type EncodedThrown, encodeThrown } from "./transfer/errors.js";
import { isPlainText, plainText, plainValue } from "./transfer/plainText.js";
import { transferError } from "./transfer/uncloneable.js";

const v8 = (): typeof import("node:v8") => builtin("node:v8") as typeof import("node:v8");

/**
 * How a worker finds a function: by module and export, as a part of the language, or by its source text. Plain data.
 * @param fn what `submit` takes.
 * @throws TypeError if it is no function, or one whose source text is not to be had (bound or native); TransferError if something that it uses cannot be sent.
 */
export function functionReference(fn: unknown): FunctionReference {
  return referenceOf(standInFor(fn));
}

/**
 * What `submit` and `schedule` take for a function that was named elsewhere.
 * @param reference as {@link functionReference} gave it, perhaps on another machine.
 * @returns a function that throws TypeError when it is called: it is for executors.
 */
export function referencedFunction(reference: FunctionReference): AnyFunction {
  const standIn = (): never => {
    throw new TypeError(`${reference.name} is a reference for executors: submit it instead of calling it`);
  };
  return Object.defineProperty(standIn, referenceKey, { value: reference });
}

/**
 * Writes a value, for a copy of it as structured clone makes one.
 * @param root how the message of an error calls it: `args`, `result`.
 * @throws TransferError that names the place of what cannot be cloned.
 */
export function serializeValue(value: unknown, root: string): Buffer {
  const text = plainText(value);
  if (text) return text;
  try {
    return v8().serialize(value);
  } catch (refusal) {
    throw transferError(value, root, refusal, cloneableInProcess);
  }
}

/** Reads what {@link serializeValue} wrote. Builds nothing but what structured clone knows: no class of anybody's. @throws Error if the bytes are none of that. */
export function deserializeValue(bytes: Uint8Array): unknown {
  if (isPlainText(bytes)) return plainValue(bytes);
  return v8().deserialize(bytes);
}

/** Writes anything that can be thrown, with class, properties, causes and stacks as errors of a pool arrive. Never throws. */
export function serializeThrown(thrown: unknown): Buffer {
  return v8().serialize(encodeThrown(thrown, cloneableInProcess));
}

/** Reads what {@link serializeThrown} wrote: a new object each time. @throws Error if the bytes are none of that. */
export function deserializeThrown(bytes: Uint8Array): unknown {
  return decodeThrown(v8().deserialize(bytes) as EncodedThrown);
}
