import { TransferError } from "../errors.js";

/** Objects looked at before the search for the culprit gives up. */
const searchLimit = 100_000;

/**
 * The error for a value that structured clone refused, naming the place: `args[1].onDone is a function`.
 * @param root how the value is called in the message: `args`, `result`.
 * @param refusal what structured clone threw; it becomes the `cause`.
 * @param cloneable what the channel at hand can send: threads share memory, processes do not.
 */
export function transferError(value: unknown, root: string, refusal: unknown, cloneable: (value: unknown) => boolean): TransferError {
  const culprit = findCulprit(value, root, cloneable);
  const reason = culprit ?? `${root}: ${refusal instanceof Error ? refusal.message : String(refusal)}`;
  return new TransferError(`${reason} and cannot be cloned to go from one worker to another; use plain data instead`, { cause: refusal });
}

/** Depth first, in the order of structured clone, so that what is named is what it stumbled over. */
function findCulprit(value: unknown, root: string, cloneable: (value: unknown) => boolean): string | undefined {
  const seen = new Set<object>();
  const visit = (item: unknown, path: string): string | undefined => {
    if (typeof item === "function") return `${path} is ${item.name ? `the function ${item.name}` : "a function"}`;
    if (typeof item === "symbol") return `${path} is a symbol`;
    if (typeof item !== "object" || item === null || seen.has(item) || seen.size > searchLimit) return undefined;
    seen.add(item);
    for (const [place, read] of contentsOf(item, path)) {
      let entry: unknown;
      try {
        entry = read();
      } catch (error) {
        return `${place} is a getter that threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
      }
      const found = visit(entry, place);
      if (found) return found;
    }
    return isPlain(item) || cloneable(item) ? undefined : `${path} is a ${item.constructor?.name ?? "special object"}`;
  };
  try {
    return visit(value, root);
  } catch {
    return undefined; // a Proxy may throw at every turn, and depth may end the stack: then the refusal itself has to do
  }
}

function* contentsOf(item: object, path: string): Generator<[place: string, read: () => unknown]> {
  if (item instanceof Map) {
    let i = 0;
    for (const [key, entry] of item) {
      yield [`${path}.keys()[${i}]`, () => key];
      yield [typeof key === "string" ? `${path}.get(${JSON.stringify(key)})` : `${path}.values()[${i}]`, () => entry];
      i += 1;
    }
  } else if (item instanceof Set) {
    let i = 0;
    for (const entry of item) yield [`${path}.values()[${i++}]`, () => entry];
  } else if (!ArrayBuffer.isView(item)) {
    for (const key of Object.keys(item)) yield [placeOf(path, key, Array.isArray(item)), () => (item as Record<string, unknown>)[key]];
  }
}

function placeOf(path: string, key: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function isPlain(item: object): boolean {
  const prototype = Object.getPrototypeOf(item) as unknown;
  return prototype === null || prototype === Object.prototype || Array.isArray(item) || item instanceof Map || item instanceof Set;
}
