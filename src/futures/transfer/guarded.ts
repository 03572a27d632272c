/** Looking at values that may fight back: Proxies whose traps throw, getters that throw, objects of other realms. Nothing here throws. */
import { inspect, types } from "node:util";

/** The outcome of reading something that may throw. */
export type Read = { readonly value: unknown; readonly threw?: undefined } | { readonly threw: unknown; readonly value?: undefined };

/** Runs `act`; `otherwise` if it throws. */
export function guarded<T>(act: () => T, otherwise: T): T {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

/** The value of a property, or `undefined` if it cannot be read. */
export function read(object: object, key: string): unknown {
  return guarded(() => (object as Record<string, unknown>)[key], undefined);
}

/** True for errors: native ones, also of other realms, whatever inherits from `Error`, and what inherits from the `Error` of another realm (jsdom). */
export function isError(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  return guarded(() => types.isNativeError(value) || value instanceof Error || inheritsForeignError(value), false);
}

/** Longest prototype chain followed: that of a Proxy may have no end. */
const chainLimit = 100;

/** The prototypes of an object, nearest first, without `Object.prototype` of whatever realm. */
export function prototypesOf(object: object): object[] {
  const chain: object[] = [];
  guarded(() => {
    for (let p: unknown = Object.getPrototypeOf(object); typeof p === "object" && p !== null && chain.length < chainLimit; ) {
      const next = Object.getPrototypeOf(p) as unknown;
      if (next === null) break;
      chain.push(p);
      p = next;
    }
  }, undefined);
  return chain;
}

function inheritsForeignError(value: object): boolean {
  // Only an Error.prototype has both, its constructor's name and a name of its own, as the language writes them.
  return prototypesOf(value).some(
    (p) => Object.hasOwn(p, "constructor") && (read(p, "constructor") as { name?: unknown })?.name === "Error" && ownName(p) === "Error",
  );
}

function ownName(prototype: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, "name")?.value;
}

/** Characters of a description. */
const describeLimit = 500;

/** What `util.inspect` says of a value, on one line, at most 500 characters. */
export function describe(value: unknown): string {
  return guarded(
    () => {
      // inspect prints every key of an object, and it may have millions.
      const depth = typeof value === "object" && value !== null && Object.keys(value).length > 100 ? -1 : 0;
      const text = inspect(value, { depth, breakLength: Number.POSITIVE_INFINITY, compact: true, maxArrayLength: 20, maxStringLength: 200 });
      return text.length <= describeLimit ? text : `${text.slice(0, describeLimit)}…`;
    },
    `[${typeof value} that cannot be inspected]`,
  );
}

/** `TypeError: text` of an error, and the description of anything else that was thrown. */
export function describeThrown(thrown: unknown): string {
  if (!isError(thrown)) return describe(thrown);
  return guarded(() => `${thrown.name}: ${thrown.message}`.slice(0, describeLimit), "an error that cannot be read");
}

/** True for objects and arrays as literals make them, whose own enumerable properties are all there is to them. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  if (Array.isArray(value)) return true;
  return guarded(() => {
    const prototype = Object.getPrototypeOf(value) as object | null;
    // The Object.prototype of another realm, too.
    return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf"));
  }, false);
}
