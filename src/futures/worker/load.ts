import type { AnyFunction } from "../executor.js";
import type { FunctionReference } from "../task.js";
import { importModule } from "./code/host.js";
import { fromSource } from "./source.js";
import { explainSyntax, prepareForModule, prepareForSource } from "./typescript.js";

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
  if (reference.kind === "source") {
    await prepareForSource(reference.source);
    return fromSource(reference);
  }
  if (reference.kind === "global") return memberOf(globalThis, reference.path, "the global object");
  const module = await importPrepared(reference.url);
  return memberOf(holderOf(module, reference.path[0]), reference.path, reference.url);
}

/** The exports of a CommonJS module are all in its default export; Node names only those that it could recognise. */
function holderOf(module: Record<string, unknown>, name: string | undefined): object {
  const exported = module.default;
  if (!isHolder(exported)) return module;
  const wasCompiled = (exported as { __esModule?: unknown }).__esModule === true; // then its `default` is a property too
  return wasCompiled || (name !== undefined && !(name in module)) ? exported : module;
}

async function importPrepared(url: string): Promise<Record<string, unknown>> {
  try {
    await prepareForModule(url);
    return await importModule(url);
  } catch (error) {
    throw new ModuleFailure(url, { cause: explainSyntax(error) });
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
