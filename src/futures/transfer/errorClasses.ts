/** Which class an error is of, by name: how the sending side names it, and how the receiving side finds it again. */
import * as library from "../errors.js";
import { builtin } from "./builtin.js";
import { guarded, prototypesOf, read } from "./guarded.js";

/** A class of errors; abstract ones too. */
export type ErrorClass = (abstract new (...args: never[]) => Error) & { readonly prototype: Error };

// Of the whole process: several copies of this library may be in it (as an ES module, as CommonJS, within the entry of a worker, bundled into
// a program), and a class registered with one of them must be known to the one that decodes.
const key = Symbol.for("concurrent-futures.errorClasses");
const holder = globalThis as { [key]?: Map<string, ErrorClass> };

function registry(): Map<string, ErrorClass> {
  holder[key] ??= new Map();
  return holder[key];
}

/**
 * Lets errors of a class arrive as that class: `instanceof` holds, and its methods and getters work. Needed on the receiving side only, which as a
 * rule is the program that submits; a module that defines the class and registers it does so wherever it is imported.
 *
 * The constructor is not called, since nobody knows its arguments: the error gets the class's prototype and the properties it had in its worker.
 * Private fields (`#x`) cannot be brought back that way, so methods and getters that use them throw TypeError on the error that arrives.
 * Repairs what CPython cannot do: there an exception class whose constructor takes other arguments breaks the whole pool (gh-81389).
 * @param Class whose prototype is an Error's. Errors of a subclass that is not registered arrive as this class, with the `name` they had.
 * @param name by which it is found: that of the class on the sending side. A program that is minified registers the class with the same explicit
 *   name on both sides. The last class registered with a name has it.
 * @throws TypeError if `Class` is no class of errors, or has no name and none is given.
 */
export function registerErrorClass(Class: ErrorClass, name: string = Class?.name): void {
  if (typeof Class !== "function" || !(Class.prototype instanceof Error))
    throw new TypeError(
      `registerErrorClass takes a class that extends Error, got ${guarded(() => (typeof Class === "function" ? `${Class.name || "a function"}` : String(Class)), typeof Class)}`,
    );
  if (typeof name !== "string" || name === "")
    throw new TypeError("registerErrorClass needs a name for a class that has none: give it as the second argument");
  registry().set(name, Class);
}

/** The library's own classes travel under names that no class of a user has: `TimeoutError` is a name that many packages use. */
const libraryPrefix = "concurrent-futures/";
const assertionError = "node:assert/AssertionError";

/** By names of our own writing: a minifier may change `class.name`, and differently on the two sides. */
const builtIn: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>(
  Object.entries({ Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError }),
);
const ours: ReadonlyMap<string, ErrorClass> = new Map(Object.entries(library).map(([name, Class]) => [libraryPrefix + name, Class as ErrorClass]));

/** Names of the classes of an error, nearest first. */
export function classNamesOf(error: object): string[] {
  const names: string[] = [];
  const add = (name: unknown): void => {
    if (typeof name === "string" && name !== "" && !names.includes(name)) names.push(name);
  };
  const registered = [...registry()];
  for (const prototype of prototypesOf(error)) {
    for (const [name, Class] of registered) if (Class.prototype === prototype) add(name);
    const type = read(prototype, "constructor");
    if (typeof type === "function") add(read(type, "name"));
  }
  const code = read(error, "code");
  // Not by identity: the error may come from another copy of the library.
  const base = typeof code === "string" && code.startsWith("ERR_FUTURES") ? names.indexOf("FuturesError") : -1;
  return names.map((name, i) => {
    if (i <= base && ours.has(libraryPrefix + name)) return libraryPrefix + name;
    // Chai's and others have that name too, and are not Node's.
    return name === "AssertionError" && code === "ERR_ASSERTION" ? assertionError : name;
  });
}

/**
 * The class to rebuild an error with: the first that is known, registered ones before built-in ones. If the error's own class is not
 * known, it is a stand-in that extends the known one and has its name, so that logs and `constructor.name` tell it.
 */
export function classFor(names: readonly string[]): ErrorClass {
  for (const [i, name] of names.entries()) {
    const known = registry().get(name) ?? ours.get(name) ?? builtIn.get(name) ?? foundLate(name);
    if (known) return i === 0 ? known : standIn(names[0] as string, known);
  }
  return names[0] === undefined ? Error : standIn(names[0], Error);
}

/** Built-in classes that are not in every runtime, or not worth loading for errors that hardly ever come. */
function foundLate(name: string): ErrorClass | undefined {
  if (name === "DOMException" || name === "SuppressedError") return (globalThis as Record<string, unknown>)[name] as ErrorClass | undefined;
  if (name !== assertionError) return undefined;
  return guarded(() => (builtin("node:assert") as { AssertionError: ErrorClass }).AssertionError, undefined);
}

/** One stand-in a name and base, so that two errors of one class are of one class here too. */
const standIns = new WeakMap<ErrorClass, Map<string, ErrorClass>>();
/** Names come from other workers, and user code may make them up. */
const standInLimit = 1_000;

function standIn(name: string, base: ErrorClass): ErrorClass {
  const plainName = name.slice(name.lastIndexOf("/") + 1);
  const made = standIns.get(base) ?? new Map<string, ErrorClass>();
  standIns.set(base, made);
  const known = made.get(plainName);
  if (known) return known;
  if (made.size >= standInLimit) return base;
  const Class = { [plainName]: class extends (base as new () => Error) {} }[plainName] as ErrorClass;
  made.set(plainName, Class);
  return Class;
}
