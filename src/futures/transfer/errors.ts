/**
 * Errors on their way between workers. Structured clone keeps little of an error (nothing but seven native names, message and stack), so
 * they travel in an envelope of ours that keeps name, message, stack, own properties, `cause` chain and `AggregateError.errors`.
 * A class that both sides have is rebuilt as that class; anything else may be thrown too and arrives as itself.
 */
import { types } from "node:util";
import * as ours from "../errors.js";

/** A thrown value, made of plain data. */
export type EncodedThrown = { readonly kind: "value"; readonly value: unknown } | EncodedError;

export interface EncodedError {
  readonly kind: "error";
  /** Name of the nearest class in its prototype chain that {@link classes} has. */
  readonly class: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own enumerable properties beyond those named here. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly cause?: EncodedThrown;
  readonly errors?: readonly EncodedThrown[];
}

/** Errors nested in `cause` or `errors` below this depth are cut off. */
const depthLimit = 16;

/** By names of our own writing: a minifier may change `class.name`, and differently on the two sides. */
const classes: ReadonlyMap<string, { readonly prototype: object }> = new Map(
  Object.entries({ ...ours, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError }),
);
const nameOfPrototype: ReadonlyMap<unknown, string> = new Map([...classes].map(([name, type]) => [type.prototype, name]));

/**
 * Makes plain data of anything that can be thrown. Never throws itself.
 * @param cloneable tells whether the channel at hand can send a value; what it cannot is left out of the properties.
 */
export function encodeThrown(thrown: unknown, cloneable: (value: unknown) => boolean): EncodedThrown {
  return encode(thrown, cloneable, 0, new Set());
}

function encode(thrown: unknown, cloneable: (value: unknown) => boolean, depth: number, seen: Set<unknown>): EncodedThrown {
  if (!isError(thrown)) {
    if (cloneable(thrown)) return { kind: "value", value: thrown };
    return bare("Error", `the task threw ${typeof thrown === "object" ? "an object" : `a ${typeof thrown}`} that cannot be sent to another worker`);
  }
  if (seen.has(thrown) || depth > depthLimit) return bare("Error", "[circular or too deep]");
  seen.add(thrown);
  const nested = (value: unknown): EncodedThrown => encode(value, cloneable, depth + 1, seen);
  const errors = read(thrown, "errors");
  return {
    kind: "error",
    class: classOf(thrown),
    name: text(read(thrown, "name"), "Error"),
    message: text(read(thrown, "message"), ""),
    stack: typeof read(thrown, "stack") === "string" ? (read(thrown, "stack") as string) : undefined,
    properties: propertiesOf(thrown, cloneable),
    ...(Object.hasOwn(thrown, "cause") ? { cause: nested(read(thrown, "cause")) } : {}),
    ...(thrown instanceof AggregateError && Array.isArray(errors) ? { errors: errors.map(nested) } : {}),
  };
}

/** Rebuilds what {@link encodeThrown} made. */
export function decodeThrown(encoded: EncodedThrown): unknown {
  if (encoded.kind === "value") return encoded.value;
  const prototype = classes.get(encoded.class)?.prototype ?? Error.prototype;
  // Made by Error itself, so that it is a native error to `util.types`, `inspect` and structured clone; the class comes by its prototype.
  const error = Object.setPrototypeOf(new Error(encoded.message), prototype) as Error & Record<string, unknown>;
  const hide = (key: string, value: unknown): void =>
    void Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
  if (error.name !== encoded.name) hide("name", encoded.name);
  hide("stack", encoded.stack ?? `${encoded.name}: ${encoded.message}`);
  for (const [key, value] of Object.entries(encoded.properties))
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: true });
  if (encoded.cause) hide("cause", decodeThrown(encoded.cause));
  if (encoded.errors) hide("errors", encoded.errors.map(decodeThrown));
  return error;
}

function bare(name: string, message: string): EncodedError {
  return { kind: "error", class: name, name, message, stack: undefined, properties: {} };
}

function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false; // a Proxy whose traps throw
  }
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return undefined; // a getter that throws must not replace the error that is being told
  }
}

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function classOf(error: Error): string {
  for (let p: unknown = Object.getPrototypeOf(error); typeof p === "object" && p !== null; p = Object.getPrototypeOf(p)) {
    // By name where the class is of another realm, or of another copy of this library.
    const name = nameOfPrototype.get(p) ?? (read(p, "constructor") as { name?: unknown } | undefined)?.name;
    if (typeof name === "string" && classes.has(name)) return name;
  }
  return "Error";
}

function propertiesOf(error: Error, cloneable: (value: unknown) => boolean): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (key === "stack" || key === "message" || key === "cause" || (key === "errors" && error instanceof AggregateError)) continue;
    if (key === "name") continue;
    const value = read(error, key);
    if (cloneable(value)) properties[key] = value;
  }
  return properties;
}
