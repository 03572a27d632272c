/**
 * Node's module customization hooks for TypeScript: a file of its own in the built library, loaded by the first worker that needs it.
 *
 *   Node with `registerHooks` (22.15 and newer): one pair of hooks in the worker's own thread, for `import` and `require`.
 *   Older: `resolve` and `load` on a thread that Node starts for them; `compileOnRequire` serves `require`.
 *   `findOnRequire` is for both: Node 22.18 still does not lead the `require` of an imported CommonJS module through the hooks.
 */
import { readFileSync } from "node:fs";
import module from "node:module";
import { compileAhead, takeCompiled } from "./ahead.js";
import { compile, compileSync } from "./compile.js";
import { isInNodeModules, isTypeScript } from "./files.js";
import { compileOnRequire, findOnRequire } from "./require.js";
import { aliasOf, fileOf, sourceOf } from "./resolve.js";
import { mapStacks } from "./stacks.js";

interface ResolveContext {
  readonly parentURL?: string | undefined;
}
interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}
interface LoadContext {
  readonly format?: string | null | undefined;
  readonly conditions?: readonly string[];
  readonly importAttributes?: Readonly<Record<string, string | undefined>>;
}
interface Loaded {
  readonly format?: string | null | undefined;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
  readonly shortCircuit?: boolean;
}
interface SynchronousHooks {
  resolve(specifier: string, context: ResolveContext, next: (specifier: string, context: ResolveContext) => Resolved): Resolved;
  load(url: string, context: LoadContext, next: (url: string, context: LoadContext) => Loaded): Loaded;
}

const { registerHooks } = module as { registerHooks?: (hooks: SynchronousHooks) => unknown };

/**
 * Lets this worker load TypeScript from now on.
 * @throws TypeError where Node has no hooks at all (before 20.6).
 */
export function install(): void {
  if (registerHooks) {
    registerHooks(synchronous);
  } else if (module.register) {
    mapStacks();
    compileOnRequire();
    module.register(import.meta.url);
  } else {
    throw new TypeError(`Node ${process.versions.node} cannot load TypeScript in a worker: use Node 20.6 or newer, or compile the module`);
  }
  findOnRequire();
}

/** True if the program runs with what may be a loader of its own, which then does the work. */
const mayHaveLoader = [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(" ")].some((option) =>
  /^(?:--import|--(?:experimental-)?loader|--require|-r)(?:=|$)/.test(option),
);

/**
 * Compiles modules, and those that they import, before they are loaded.
 * @param files their paths; resolves when all is done that can be.
 */
export async function prepare(files: readonly string[]): Promise<void> {
  // Where hooks have a thread of their own, Node asks for many modules at once anyway.
  if (registerHooks && !mayHaveLoader) await Promise.all(files.map(compileAhead));
}

const synchronous: SynchronousHooks = {
  resolve(specifier, context, next) {
    const alias = aliasOf(specifier, context.parentURL);
    if (alias !== undefined) return { url: alias, shortCircuit: true };
    try {
      return next(specifier, context);
    } catch (error) {
      return found(specifier, context, error);
    }
  },
  load(url, context, next) {
    const file = fileToLoad(url, context);
    if (file === undefined) return next(url, context);
    if (file.endsWith(".json")) return jsonModule(file);
    const text = readFileSync(file, "utf8");
    const own = { ...context }; // Node writes into the context what is passed on
    const theirs = next(url, asKnown(context));
    if (isCompiled(theirs, text)) return theirs;
    const ours = takeCompiled(text, file) ?? compileSync(text, file);
    if (!ours) return next(url, own);
    mapStacks();
    return { ...ours, shortCircuit: true };
  },
};

/** On the thread of the hooks. */
export async function resolve(
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => Promise<Resolved>,
): Promise<Resolved> {
  const alias = aliasOf(specifier, context.parentURL);
  if (alias !== undefined) return { url: alias, shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch (error) {
    return found(specifier, context, error);
  }
}

/** On the thread of the hooks. */
export async function load(url: string, context: LoadContext, next: (url: string, context: LoadContext) => Promise<Loaded>): Promise<Loaded> {
  const file = fileToLoad(url, context);
  if (file === undefined) return next(url, context);
  if (file.endsWith(".json")) return jsonModule(file);
  const text = readFileSync(file, "utf8");
  const own = { ...context };
  const theirs = await next(url, asKnown(context));
  if (isCompiled(theirs, text)) return theirs;
  const ours = await compile(text, file);
  return ours ? { ...ours, shortCircuit: true } : next(url, own);
}

function found(specifier: string, context: ResolveContext, error: unknown): Resolved {
  const url = sourceOf(specifier, context.parentURL, error);
  if (url === undefined) throw error;
  return { url, shortCircuit: true };
}

/** The file behind `url` if it is for us: TypeScript, or JSON that is imported as TypeScript allows it, without saying that it is JSON. */
function fileToLoad(url: string, { conditions, importAttributes }: LoadContext): string | undefined {
  const file = fileOf(url);
  if (file === undefined || isInNodeModules(file)) return undefined;
  if (isTypeScript(file)) return file;
  return file.endsWith(".json") && importAttributes?.["type"] === undefined && !conditions?.includes("require") ? file : undefined;
}

/** So that Node hands over the text as it is, instead of refusing the extension or looking into the text for the format. */
function asKnown(context: LoadContext): LoadContext {
  return { ...context, format: context.format ?? "module-typescript" };
}

/** A loader that the user runs with goes first: what it has made of the text is not touched. */
function isCompiled({ format, source }: Loaded, text: string): boolean {
  if (!source || (format !== "module" && format !== "commonjs")) return false;
  return (typeof source === "string" ? source : new TextDecoder().decode(source)) !== text;
}

/** JSON as bundlers import it: whole as the default, and by the names of its properties. */
function jsonModule(file: string): Loaded {
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  const names = namesIn(text, file).filter((name) => name !== "default" && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name));
  const exported = names.map((name, i) => `const _${i} = data[${JSON.stringify(name)}]; export { _${i} as ${name} };`);
  const source = `const data = JSON.parse(${JSON.stringify(text)});\nexport default data;\n${exported.join("\n")}`;
  return { format: "module", source, shortCircuit: true };
}

function namesIn(json: string, file: string): string[] {
  try {
    return Object.keys((JSON.parse(json) as object | null) ?? {});
  } catch (error) {
    throw new SyntaxError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
