import { builtin } from "./builtin.js";

/** True if `value` can be posted to another thread. */
export function cloneableInThread(value: unknown): boolean {
  return refusalInThread(value) === undefined;
}

/** True if `value` can be sent to another process. */
export function cloneableInProcess(value: unknown): boolean {
  return refusalInProcess(value) === undefined;
}

/**
 * What a channel throws for a value it refuses, for a `cause`; by way of either channel, since threads and processes refuse nearly the same.
 * @returns `undefined` if neither refuses.
 */
export function refusalOf(value: unknown): unknown {
  return (refusalInThread(value) ?? refusalInProcess(value))?.refusal;
}

/** Wrapped, since a getter may throw anything, `undefined` too. */
type Refusal = { readonly refusal: unknown } | undefined;

function refusalInThread(value: unknown): Refusal {
  return caught(() => structuredClone(value));
}

function refusalInProcess(value: unknown): Refusal {
  // Read back, too: V8 writes a WebAssembly.Module without complaint, and the process that reads it ends by an uncaught error.
  return caught(() => {
    const { deserialize, serialize } = builtin("node:v8") as typeof import("node:v8");
    deserialize(serialize(value));
  });
}

function caught(act: () => unknown): Refusal {
  try {
    act();
    return undefined;
  } catch (refusal) {
    return { refusal };
  }
}
