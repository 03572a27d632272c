/** How a function is named, so that a worker can find it: by module and export, as a part of the language, or by its source text. */
import { inspect } from "node:util";
import type { AnyFunction } from "./executor.js";

/** How a worker finds a function: by module and export, as a part of the language, or by its source text. */
export type FunctionReference =
  /** An export of a module; `path` steps on into objects and classes: `["Shape", "area"]`. */
  | { readonly kind: "module"; readonly url: string; readonly path: readonly string[]; readonly name: string }
  /** A function of the language itself: `["Math", "sqrt"]`. */
  | { readonly kind: "global"; readonly path: readonly string[]; readonly name: string }
  /** A self-contained function; it names nothing but its parameters, its own names and globals. */
  | { readonly kind: "source"; readonly source: string; readonly name: string };

/** On a function made by {@link tasks}: the reference that stands for it. */
export const referenceKey = Symbol.for("concurrent-futures.reference");

/**
 * On `globalThis`: gives a function of code that was compiled with its references what stands for it, a function made by {@link task}; `undefined` for any
 * other. Asked at every submission: what the function uses goes with it as it is then, as cloudpickle does for CPython.
 */
const standInKey = Symbol.for("concurrent-futures.standIn");

type Class = abstract new (...args: never[]) => unknown;

/** The functions of a module type, and the static methods of its classes: `tasks` gives typed references to them, not the functions. */
export type Tasks<M> = { readonly [K in keyof M as M[K] extends AnyFunction | Class ? K : never]: M[K] extends AnyFunction ? M[K] : Tasks<M[K]> };

/**
 * Typed references to the functions that a module exports, for `submit` and `map`. No code is sent: a worker imports the module itself.
 *
 * `const { isPrime } = tasks<typeof import("./primes.js")>(new URL("./primes.js", import.meta.url));`
 *
 * A static method is reached by its class: `tasks<typeof M>(url).Shape.area`; where its name is one that every function has (`name`, `length`, `call`), by
 * `task(url, "Shape.call")`.
 * The module, and what it imports, may be TypeScript: a worker compiles it with the esbuild or the typescript that is installed beside it or in the
 * working directory, by the options of the nearest tsconfig.json, or leaves it to Node's own type stripping or to a loader that the program runs with.
 * Types are not checked, `node_modules` is left alone.
 * @param url of the module, absolute: `file:`, `data:` or `node:`. `./m.js` is `./m.ts` where there is no such file.
 * @throws TypeError if `url` is not absolute. Calling a reference directly throws too: it is for executors.
 */
export function tasks<M extends object>(url: URL | string): Tasks<M> {
  const href = absolute(url);
  const made = new Map<string, AnyFunction>();
  const referenceTo = (path: string): AnyFunction => {
    const known = made.get(path);
    if (known) return known;
    const reference = new Proxy(task(href, path), {
      get: (standIn, name) =>
        typeof name === "symbol" || name === "then" || name in standIn ? Reflect.get(standIn, name) : referenceTo(`${path}.${name}`),
    });
    made.set(path, reference);
    return reference;
  };
  return new Proxy(Object.create(null) as Tasks<M>, {
    get: (_target, name) => (typeof name === "symbol" || name === "then" ? undefined : referenceTo(name)),
  });
}

/**
 * The reference to one function of a module, for `submit` and `map`; the untyped form of {@link tasks}.
 * @param path name of the export, `default`, or with a dot the static method of an exported class: `Shape.area`.
 * @param name how messages call the function; default `path`.
 * @throws TypeError if `url` is not absolute.
 */
export function task<F extends AnyFunction = AnyFunction>(url: URL | string, path: string, name: string = path): F {
  const reference: FunctionReference = { kind: "module", url: absolute(url), path: path.split("."), name };
  const standIn = (): never => {
    throw new TypeError(`${path} of ${reference.url} is a reference for executors: submit it instead of calling it`);
  };
  return Object.defineProperty(standIn, referenceKey, { value: reference }) as unknown as F;
}

/** What is to be submitted for `fn`, mostly itself. @throws what makes the stand-in throws: something that the function uses cannot be sent. */
export function standInFor(fn: unknown): unknown {
  const standIn = (globalThis as { [standInKey]?: (fn: unknown) => unknown })[standInKey];
  return standIn === undefined ? fn : (standIn(fn) ?? fn);
}

/**
 * The reference by which a worker finds `fn`.
 * @throws TypeError if it is no function, or one whose source text is not to be had (bound or native).
 */
export function referenceOf(fn: unknown): FunctionReference {
  if (typeof fn !== "function") throw new TypeError(`the first argument must be a function, got ${inspect(fn, { depth: 0 })}`);
  const given = (fn as { [referenceKey]?: FunctionReference })[referenceKey];
  if (given) return given;
  const source = Function.prototype.toString.call(fn);
  if (!/\{\s*\[native code\]\s*\}\s*$/.test(source)) return { kind: "source", source, name: fn.name || "the function" };
  const path = globalPathOf(fn);
  if (path) return { kind: "global", path, name: path.join(".") };
  throw new TypeError(
    `${fn.name || "the function"} is bound or native, so it has no source to send: submit a function that calls it, or use tasks(url)`,
  );
}

/** Paths found already: to look through all globals takes longer than to run a short task. */
const globalPaths = new WeakMap<object, readonly string[]>();

function globalPathOf(fn: object): readonly string[] | undefined {
  const path = globalPaths.get(fn) ?? findGlobalPath(fn);
  if (path) globalPaths.set(fn, path);
  return path;
}

function findGlobalPath(fn: object): string[] | undefined {
  const holders = ["Math", "JSON", "Object", "Number", "String", "Array", "Date", "BigInt", "Reflect", "Atomics"];
  const valueAt = (holder: object, key: string): unknown => Object.getOwnPropertyDescriptor(holder, key)?.value;
  for (const name of Object.getOwnPropertyNames(globalThis)) if (valueAt(globalThis, name) === fn) return [name];
  for (const holder of holders) {
    const object = valueAt(globalThis, holder) as object;
    for (const name of Object.getOwnPropertyNames(object)) if (valueAt(object, name) === fn) return [holder, name];
  }
  return undefined;
}

function absolute(url: URL | string): string {
  if (!URL.canParse(String(url)))
    throw new TypeError(`the module's URL must be absolute, got ${inspect(url)}: use new URL("./module.js", import.meta.url)`);
  return String(url);
}
