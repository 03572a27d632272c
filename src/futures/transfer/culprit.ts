/** Finds what structured clone refused in a value, and names its place: `args[1].onDone`. */
import { types } from "node:util";
import { describeThrown, guarded, isPlain, read } from "./guarded.js";

/** What is wrong, and where. */
export interface Culprit {
  /** `args[1].onDone is the function onDone` */
  readonly what: string;
  readonly advice: string;
}

export interface Search {
  /** What the channel at hand can send. */
  readonly cloneable: (value: unknown) => boolean;
  /** Objects that go along as themselves, and are no culprits. */
  readonly transfer: ReadonlySet<unknown>;
  /** False between processes. */
  readonly sharesMemory: boolean;
}

/** Properties looked at before the search gives up. */
const entryLimit = 5_000_000;
/** Objects of unknown kinds that are tried one by one: each trial looks through all that is in the object. */
const trialLimit = 1_000;

const plainData = "use plain data instead";

/** Depth first, in the order of structured clone, so that what is named is what it stumbled over; `undefined` if it cannot be told. */
export function findCulprit(value: unknown, root: string, search: Search): Culprit | undefined {
  const seen = new Set<object>();
  let entriesLeft = entryLimit;
  let trialsLeft = trialLimit;
  // Paths are made when they are needed: most entries are harmless.
  const visit = (item: unknown, path: () => string): Culprit | undefined => {
    if (typeof item === "function") return { what: `${path()} is ${functionName(item)}`, advice: plainData };
    if (typeof item === "symbol") return { what: `${path()} is a symbol`, advice: plainData };
    if (typeof item !== "object" || item === null || seen.has(item) || search.transfer.has(item)) return undefined;
    seen.add(item);
    const kind = kindOf(item, search);
    if (kind) return { what: `${path()} is ${kind.what}`, advice: kind.advice };
    const found = visitContents(item, path);
    if (found || isPlain(item) || types.isMap(item) || types.isSet(item) || ArrayBuffer.isView(item)) return found;
    trialsLeft -= 1;
    if (trialsLeft < 0 || search.cloneable(item)) return undefined;
    return { what: `${path()} is ${withArticle(nameOf(item))}`, advice: plainData };
  };
  const visitContents = (item: object, path: () => string): Culprit | undefined => {
    if (ArrayBuffer.isView(item)) return undefined;
    if (types.isMap(item) || types.isSet(item)) {
      for (const [place, entry] of contentsOf(item)) {
        const found = visit(entry, () => path() + place);
        if (found) return found;
      }
      return undefined;
    }
    for (const key of Object.keys(item)) {
      entriesLeft -= 1;
      if (entriesLeft < 0) return undefined;
      const there = (): string => path() + placeOf(key, Array.isArray(item));
      let entry: unknown;
      try {
        entry = (item as Record<string, unknown>)[key];
      } catch (error) {
        return { what: `${there()} is a getter that threw ${describeThrown(error)}`, advice: plainData };
      }
      const found = visit(entry, there);
      if (found) return found;
    }
    return undefined;
  };
  // Depth may end the stack, and an object may fight back: then what structured clone said has to do.
  return guarded(() => visit(value, () => root), undefined);
}

function functionName(fn: { readonly name: string }): string {
  const isClass = /^class\b/.test(guarded(() => Function.prototype.toString.call(fn), ""));
  return fn.name ? `the ${isClass ? "class" : "function"} ${fn.name}` : `a ${isClass ? "class" : "function"}`;
}

interface Kind {
  readonly what: string;
  readonly advice: string;
}

/** Kinds that are refused whatever is in them, each with what to do instead. */
function kindOf(item: object, { cloneable, sharesMemory }: Search): Kind | undefined {
  if (types.isProxy(item)) return { what: "a Proxy", advice: "send a plain copy of it" };
  if (types.isPromise(item)) return { what: "a Promise", advice: "await it and send its value" };
  if (types.isArgumentsObject(item)) return { what: "an arguments object", advice: "make an array of it" };
  if (types.isGeneratorObject(item)) return { what: "a generator", advice: "send its values, say as an array" };
  if (types.isModuleNamespaceObject(item)) return { what: "a module namespace", advice: "import the module where it is needed" };
  if (types.isSharedArrayBuffer(item) && !sharesMemory)
    return { what: "a SharedArrayBuffer", advice: "processes share no memory: use a ThreadPoolExecutor, or send a copy" };
  if (types.isArrayBuffer(item) && isDetached(item))
    return { what: "a detached ArrayBuffer", advice: "it was transferred before, and its content with it" };
  if (ArrayBuffer.isView(item) && types.isArrayBuffer(item.buffer) && isDetached(item.buffer))
    return { what: `${withArticle(nameOf(item))} on a detached ArrayBuffer`, advice: "the buffer was transferred before, and its content with it" };
  const name = nameOf(item);
  if (isTransferOnly(name) && !cloneable(item))
    return {
      what: withArticle(name),
      advice: sharesMemory ? "name it in the `transfer` of `schedule`" : "it can go to a thread, by `transfer`, but not to a process",
    };
  if (name === "WebAssembly.Module" && !cloneable(item))
    return { what: "a WebAssembly.Module", advice: "send its bytes and compile them where it is needed" };
  return undefined;
}

/** Objects that a thread can be given, but never a copy of. */
export function isTransferOnly(name: string): boolean {
  return ["MessagePort", "ReadableStream", "WritableStream", "TransformStream", "FileHandle"].includes(name);
}

export function isDetached(buffer: ArrayBuffer): boolean {
  // `buffer.detached` came with Node 21.
  return buffer.byteLength === 0 && guarded(() => new Uint8Array(buffer).length, -1) === -1;
}

/** `Promise`, `Array Iterator`, `WebAssembly.Module`; the class where there is no better name. */
export function nameOf(item: object): string {
  const tag = guarded(() => (item as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag], undefined);
  const name = (read(item, "constructor") as { name?: unknown } | undefined)?.name;
  if (typeof tag === "string" && tag !== "" && (name === "Object" || typeof name !== "string" || /[. ]/.test(tag))) return tag;
  return typeof name === "string" && name !== "" ? name : "special object";
}

export function withArticle(name: string): string {
  return `${/^(?:[aeio]|un[^i])/i.test(name) ? "an" : "a"} ${name}`;
}

/** Entries of a Map or Set, in the order of structured clone, each with what its place adds to the path. */
function* contentsOf(collection: Map<unknown, unknown> | Set<unknown>): Generator<[place: string, entry: unknown]> {
  let i = 0;
  for (const [key, entry] of collection.entries()) {
    if (types.isMap(collection)) yield [`.keys()[${i}]`, key];
    yield [types.isMap(collection) && typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${i}]`, entry];
    i += 1;
  }
}

function placeOf(key: string, inArray: boolean): string {
  if (inArray && /^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
