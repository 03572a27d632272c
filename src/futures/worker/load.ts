import type { AnyFunction } from "../executor.js";
import type { FunctionReference } from "../task.js";

/** The top level of a module, or of one that it imports, failed. Node keeps that outcome for as long as the worker lives. */
export class ModuleFailure extends Error {
  override name = "ModuleFailure";
}

/**
 * Finds the function that a reference names, running the top level of its module if this worker has not loaded it yet.
 * @returns the function, bound to the object it was found in.
 * @throws ModuleFailure, with what the module's top level threw as its `cause`; TypeError or SyntaxError if there is no such function.
 */
export async function load(reference: FunctionReference): Promise<AnyFunction> {
  if (reference.kind === "source") return fromSource(reference);
  if (reference.kind === "global") return memberOf(globalThis, reference.path, "the global object");
  const module = await importModule(reference.url);
  // The exports of a CommonJS module are all in its default export; Node names only those that it could recognise.
  const holder = reference.path[0] !== undefined && !(reference.path[0] in module) && isHolder(module.default) ? module.default : module;
  return memberOf(holder, reference.path, reference.url);
}

async function importModule(url: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (error) {
    throw new ModuleFailure(url, { cause: error });
  }
}

function memberOf(root: object, path: readonly string[], where: string): AnyFunction {
  let holder: unknown = root;
  let member: unknown = root;
  for (const name of path) {
    if (!isHolder(member)) break;
    holder = member;
    member = (member as Record<string, unknown>)[name];
  }
  if (typeof member !== "function")
    throw new TypeError(`${where} exports no function ${path.join(".")}${member === undefined ? "" : ` but a ${typeof member}`}`);
  return holder === root ? (member as AnyFunction) : (member.bind(holder) as AnyFunction);
}

function isHolder(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** `function f() {}`, `() => 1`, `class`, or the source of a method, which is one only within an object: `f() {}`, `async *f() {}`, `get f() {}`. */
function fromSource(reference: FunctionReference & { kind: "source" }): AnyFunction {
  const { source, name } = reference;
  let value: unknown;
  try {
    value = evaluate(`(${source})`, name);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    try {
      value = Object.values(evaluate(`({${source}})`, name) as object)[0];
    } catch {
      throw error;
    }
  }
  if (typeof value !== "function") throw new SyntaxError(`the source of ${name} is not that of a function`);
  return explained(value as AnyFunction, name);
}

function evaluate(source: string, name: string): unknown {
  // Not vm: with it, import() in the function needs a loader that is experimental and says so on stderr. Indirect, so that nothing here is in scope.
  // biome-ignore lint/security/noGlobalEval: running a function that was sent by its source text is what this module is for
  const evaluateInGlobalScope = globalThis.eval;
  return evaluateInGlobalScope(`${source}\n//# sourceURL=${placeOf(name)}`);
}

/** Where stacks say the code of a function sent by its source is. */
function placeOf(name: string): string {
  return `source-of-${name.replace(/\s/g, "-")}`;
}

/** A function sent by its source finds none of the names around it: then the error says so, and what to do. */
function explained(fn: AnyFunction, name: string): AnyFunction {
  const explain = (error: unknown): unknown => {
    if (!(error instanceof ReferenceError)) return error;
    const missing = /^(\S+) is not defined$/.exec(error.message)?.[1];
    const thrower = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
    if (!missing || !thrower?.includes(`${placeOf(name)}:`)) return error;
    error.message = `${missing} is not defined: ${name} was sent by its source text, which carries nothing from outside of it. Pass ${missing} as an argument, define it inside ${name}, or give the function by reference with tasks(url)`;
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
