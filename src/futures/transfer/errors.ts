/**
 * Errors on their way between workers. Structured clone keeps little of an error (nothing but seven native names, message, stack and cause), so
 * they travel in an envelope of ours, made of plain data. Anything else may be thrown too and arrives as itself.
 *
 * What crosses: name, message, stack (mapped to source, see `stackMapping.ts`), the class (see `errorClasses.ts`) and all own properties with
 * string keys, whether enumerable or not: so `cause`, the `errors` of an AggregateError, `error` and `suppressed` of a SuppressedError need no
 * word of their own. Errors within them, also within plain objects and arrays, are errors again. One that is named twice arrives as one object.
 *
 * What does not: symbol keys, methods (own functions that are not enumerable, or stand in the place of a method that every error has), and what
 * structured clone refuses. In the place of the latter stands what `util.inspect` says of it, so that nothing is lost in silence; plain objects and
 * arrays keep what is good in them.
 */
import { classFor, classNamesOf } from "./errorClasses.js";
import { describe, describeThrown, guarded, isError, isPlain, read } from "./guarded.js";
import { messageOnly } from "./messageOnly.js";
import { type Maps, mapStack } from "./stackMapping.js";

/** Anything that can be thrown, made of plain data. */
export interface EncodedThrown {
  readonly value: EncodedValue;
  /** Every error in it, each once and without nesting: chains of causes may be long, and may be circles. */
  readonly errors: readonly EncodedError[];
}

export type EncodedValue =
  /** Structured clone does the rest. */
  | { readonly kind: "clone"; readonly value: unknown }
  /** The error at this index of {@link EncodedThrown.errors}. */
  | { readonly kind: "error"; readonly index: number }
  | { readonly kind: "array"; readonly items: readonly EncodedValue[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [key: string, value: EncodedValue])[] };

export interface EncodedError {
  /** Names of its class and the classes that this extends, nearest first. */
  readonly classes: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own properties but `stack`. */
  readonly properties: readonly (readonly [key: string, value: EncodedValue, enumerable: boolean])[];
  /** As text it is `TypeError [ERR_X]: message`, as Node's own errors are. */
  readonly codeInText?: true;
}

/** Errors in one thing thrown, and entries of the arrays and objects that are looked into: enough for any that somebody reads. */
const countLimit = 10_000;
/** Levels of plain objects and arrays within a property that are looked into. */
const depthLimit = 4;
/** Characters of one message, and of all texts together. */
const textLimit = 1_000_000;
const allTextsLimit = 16_000_000;

/**
 * Makes plain data of anything that can be thrown. Never throws itself.
 * @param cloneable tells whether the channel at hand can send a value.
 */
export function encodeThrown(thrown: unknown, cloneable: (value: unknown) => boolean): EncodedThrown {
  try {
    return new Encoder(cloneable).encode(thrown);
  } catch (error) {
    return messageOnly(`the task threw something that cannot be read: ${describeThrown(error)}`);
  }
}

class Encoder {
  readonly #cloneable: (value: unknown) => boolean;
  readonly #indexes = new Map<object, number>();
  /** In the order of their indexes; the loop of {@link encode} follows it while it grows. */
  readonly #found: Error[] = [];
  readonly #maps: Maps = new Map();
  #entriesLeft = countLimit;
  #textLeft = allTextsLimit;

  constructor(cloneable: (value: unknown) => boolean) {
    this.#cloneable = cloneable;
  }

  encode(thrown: unknown): EncodedThrown {
    if (!isError(thrown) && !this.#cloneable(thrown)) {
      const kind = typeof thrown === "object" ? "an object" : `a ${typeof thrown}`;
      return messageOnly(`the task threw ${kind} that cannot be sent to another worker: ${describe(thrown)}`);
    }
    const value = this.#value(thrown, 0);
    const errors: EncodedError[] = [];
    for (let i = 0; i < this.#found.length; i += 1) errors.push(this.#error(this.#found[i] as Error));
    return { value, errors };
  }

  #value(value: unknown, depth: number): EncodedValue {
    if (isError(value)) return this.#reference(value);
    if (isPlain(value) && depth < depthLimit) {
      const keys = keysOf(value);
      if (keys && keys.length <= this.#entriesLeft && (containsError(value, keys, depth) || !this.#cloneable(value))) {
        this.#entriesLeft -= keys.length;
        const entries = keys.map((key) => [key, this.#property(value, key, depth + 1)] as const);
        return Array.isArray(value) ? { kind: "array", items: entries.map(([, item]) => item) } : { kind: "object", entries };
      }
    }
    return { kind: "clone", value: this.#cloneable(value) ? value : describe(value) };
  }

  #property(holder: object, key: string, depth: number): EncodedValue {
    try {
      return this.#value((holder as Record<string, unknown>)[key], depth);
    } catch (error) {
      return { kind: "clone", value: `[getter that threw ${describeThrown(error)}]` };
    }
  }

  #reference(error: Error): EncodedValue {
    const known = this.#indexes.get(error);
    if (known !== undefined) return { kind: "error", index: known };
    if (this.#found.length >= countLimit)
      return { kind: "clone", value: `[left out, since more than ${countLimit} errors hang together: ${describeThrown(error)}]` };
    const index = this.#found.push(error) - 1;
    this.#indexes.set(error, index);
    return { kind: "error", index };
  }

  #error(error: Error): EncodedError {
    const name = textOf(read(error, "name"), "Error");
    const whole = textOf(read(error, "message"), "");
    const message = this.#cut(whole);
    return {
      classes: classNamesOf(error),
      name,
      message,
      stack: this.#stack(error, whole, message),
      properties: this.#properties(error, message),
      ...(hasCodeInText(error, name, whole) ? { codeInText: true } : {}),
    };
  }

  #stack(error: Error, whole: string, message: string): string | undefined {
    const stack = read(error, "stack");
    if (typeof stack !== "string") return undefined;
    const mapped = mapStack(stack, whole, this.#maps);
    const at = whole === message ? -1 : mapped.indexOf(whole);
    // Twice, so that there is room for the frames after a message of full length.
    return this.#cut(at < 0 ? mapped : mapped.slice(0, at) + message + mapped.slice(at + whole.length), 2 * textLimit);
  }

  #properties(error: Error, message: string): EncodedError["properties"] {
    const properties: (readonly [string, EncodedValue, boolean])[] = [];
    for (const key of guarded(() => Object.getOwnPropertyNames(error), [])) {
      if (key === "stack") continue;
      const enumerable = guarded(() => Object.prototype.propertyIsEnumerable.call(error, key), false);
      const value = read(error, key);
      if (typeof value === "function" && (!enumerable || key in Error.prototype)) continue;
      properties.push([
        key,
        key === "message" && typeof value === "string" ? { kind: "clone", value: message } : this.#property(error, key, 0),
        enumerable,
      ]);
    }
    return properties;
  }

  #cut(text: string, limit = textLimit): string {
    const room = Math.min(limit, this.#textLeft);
    this.#textLeft -= Math.min(room, text.length);
    return text.length <= room ? text : `${text.slice(0, room)}… (${text.length - room} more characters were left out)`;
  }
}

/** An error of ours about what cannot be told. */
/** Keys to look into, of an array with those of its holes; `undefined` if it says that it has four billion of them. */
function keysOf(value: object): readonly string[] | undefined {
  if (!Array.isArray(value)) return Object.keys(value);
  return value.length > countLimit ? undefined : Array.from(value, (_, i) => String(i));
}

/** True if an error is within reach of the levels that are looked into. */
function containsError(value: object, keys: readonly string[], depth: number, look = { left: countLimit }): boolean {
  look.left -= keys.length;
  return keys.some((key) => {
    if (look.left < 0) return false;
    const entry = read(value, key);
    return isError(entry) || (depth + 1 < depthLimit && isPlain(entry) && containsError(entry, keysOf(entry) ?? [], depth + 1, look));
  });
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : value === undefined ? otherwise : describe(value);
}

function hasCodeInText(error: Error, name: string, message: string): boolean {
  const code = read(error, "code");
  if (typeof code !== "string" || read(error, "toString") === Error.prototype.toString) return false;
  return guarded(() => error.toString() === `${name} [${code}]: ${message}`, false);
}

/** Rebuilds what {@link encodeThrown} made; a new object each time. */
export function decodeThrown(encoded: EncodedThrown): unknown {
  // User code in a worker can write to its channel, too, whatever it likes.
  // The stack of this place is of no use, and costs more than all else here.
  const { stackTraceLimit } = Error;
  const limitTo = (limit: number): unknown => guarded(() => (Error.stackTraceLimit = limit), undefined);
  limitTo(0);
  try {
    return decode(encoded);
  } catch (error) {
    return new Error(`an error arrived in a form that cannot be read: ${describeThrown(error)}`);
  } finally {
    limitTo(stackTraceLimit);
  }
}

function decode(encoded: EncodedThrown): unknown {
  const errors = encoded.errors.map(empty);
  const decodeValue = (value: EncodedValue): unknown => {
    switch (value.kind) {
      case "clone":
        return value.value;
      case "error":
        return errors[value.index];
      case "array":
        return value.items.map(decodeValue);
      case "object": {
        const object = {};
        for (const [key, entry] of value.entries) define(object, key, decodeValue(entry), true);
        return object;
      }
    }
  };
  for (const [i, error] of encoded.errors.entries()) fill(errors[i] as Error, error, decodeValue);
  return decodeValue(encoded.value);
}

/** The error without its properties. */
function empty({ classes, message, name }: EncodedError): Error {
  const { prototype } = classFor(classes);
  // Name, message and code of a DOMException are in the object itself, where only its constructor can put them. All else is made by Error itself,
  // so that it is a native error to `util.types`, `inspect` and structured clone; the class comes by its prototype.
  const isDomException = prototype === DOMException.prototype || prototype instanceof DOMException;
  return Object.setPrototypeOf(isDomException ? new DOMException(message, name) : new Error(message), prototype) as Error;
}

function fill(error: Error, { name, message, stack, properties, codeInText }: EncodedError, decoded: (value: EncodedValue) => unknown): void {
  for (const [key, value, enumerable] of properties) define(error, key, decoded(value), enumerable);
  if (!Object.hasOwn(error, "name") && read(error, "name") !== name) define(error, "name", name, false);
  if (!Object.hasOwn(error, "message") && read(error, "message") !== message) define(error, "message", message, false);
  setStack(error, stack ?? (message === "" ? name : `${name}: ${message}`));
  if (codeInText && error.toString === Error.prototype.toString) define(error, "toString", textWithCode, false);
}

/** By assignment where that does it: to define the property makes V8 write the stack that it replaces, by way of the user's `prepareStackTrace`. */
function setStack(error: Error, stack: string): void {
  guarded(() => (error.stack = stack), undefined);
  if (read(error, "stack") !== stack) define(error, "stack", stack, false);
}

/** As Node's own errors are told as text. */
function textWithCode(this: Error & { code?: unknown }): string {
  return `${this.name} [${this.code}]: ${this.message}`;
}

function define(object: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, writable: true, configurable: true, enumerable });
}
