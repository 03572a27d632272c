import { types } from "node:util";
import type { AnyFunction } from "../executor.js";
import type { FunctionReference } from "../task.js";
import { evaluate as evaluateText } from "./code/host.js";

type SourceReference = FunctionReference & { kind: "source" };

/**
 * The function that a source text is of: `function f() {}`, `() => 1`, `class`, or a method, an accessor, static or not: `f() {}`, `async *f() {}`, `get f() {}`.
 * @throws SyntaxError if it is none; what its evaluation throws.
 */
export function fromSource(reference: SourceReference): AnyFunction {
  const { source, name } = reference;
  let value: unknown;
  try {
    value = evaluate(`(${source})`, name);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    try {
      value = methodIn(evaluate(`({${withoutHash(source)}})`, name) as object);
    } catch {
      throw error;
    }
  }
  if (typeof value !== "function") throw new SyntaxError(`the source of ${name} is not that of a function`);
  return explained(value as AnyFunction, reference);
}

/** A method's source is one only within an object, and a private one's only within its class. */
function withoutHash(source: string): string {
  return source.replace(/^((?:async\s*)?\*?\s*|[gs]et\s+)#/, "$1");
}

/** Looked at, not read: a getter must not run here. */
function methodIn(object: object): unknown {
  const { value, get, set } = Object.getOwnPropertyDescriptor(object, Reflect.ownKeys(object)[0] ?? "") ?? {};
  return value ?? get ?? set;
}

/** What esbuild, and tsx with it, calls in functions that it compiles with `keepNames`, and defines outside of them; numbered where the name is taken. */
const nameHelper = /\b__name\d*\b/g;

function setName<T extends object>(target: T, value: string): T {
  return Object.defineProperty(target, "name", { value, configurable: true });
}

function evaluate(expression: string, name: string): unknown {
  const helpers = [...new Set(expression.match(nameHelper))];
  const text = helpers.length === 0 ? expression : `((${helpers.join(", ")}) => ${expression})`;
  const evaluateAs = (mode: string): unknown => evaluateText(`${mode}${text}\n//# sourceURL=${placeOf(name)}`);
  let value: unknown;
  try {
    // As in the module or class that it comes from: otherwise `this`, where there is none, would be the global object.
    value = evaluateAs('"use strict";');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    value = evaluateAs(""); // of a script, as CommonJS modules are
  }
  return helpers.length === 0 ? value : (value as AnyFunction)(...helpers.map(() => setName));
}

/** Where stacks say the code of a function sent by its source is. */
function placeOf(name: string): string {
  return `source-of-${name.replace(/\s/g, "-")}`;
}

/** A function sent by its source finds none of the names around it, and no `this`: then the error says so, and what to do. */
function explained(fn: AnyFunction, { source, name }: SourceReference): AnyFunction {
  const explain = (error: unknown): unknown => {
    if (!(error instanceof Error)) return error;
    const thrower = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
    const remedy = thrower?.includes(`${placeOf(name)}:`) ? remedyFor(error, source, name) : undefined;
    if (remedy) error.message = `${error.message}: ${name} was sent by its source text, which carries nothing from outside of it${remedy}`;
    return error;
  };
  return function (this: unknown, ...args: unknown[]): unknown {
    try {
      const returned = fn.apply(this, args);
      if (!(returned instanceof Promise)) return returned;
      return returned.catch((error: unknown) => {
        throw explain(error);
      });
    } catch (error) {
      throw explain(error);
    }
  };
}

function remedyFor(error: Error, source: string, name: string): string | undefined {
  const missing = types.isNativeError(error) && error instanceof ReferenceError ? /^(\S+) is not defined$/.exec(error.message)?.[1] : undefined;
  if (missing) return `. Pass ${missing} as an argument, define it inside ${name}, or give the function by reference with tasks(url)`;
  if (error instanceof TypeError && / of undefined /.test(error.message) && /\bthis\b/.test(source))
    return ', so `this` is undefined in it. Give a method by reference: task(url, "Class.method")';
  return undefined;
}
