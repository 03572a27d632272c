/** Decides when a worker has to be able to load TypeScript. What does it lies in a file of its own, so that workers without it load nothing of it. */
import { importModule } from "./code/host.js";
import { advice } from "./typescript/advice.js";
import { fs, url } from "./typescript/builtins.js";
import { isFile, isInNodeModules, isTypeScript, sourceFileOf } from "./typescript/files.js";
import { importedFiles } from "./typescript/imports.js";

type Hooks = typeof import("./typescript/hooks.js");

/** One for a worker, as Node's hooks are: registered once, and there until its end. */
let hooks: Promise<Pick<Hooks, "prepare">> | undefined;
/** Files known to be JavaScript, and looked through. */
const javascript = new Set<string>();

/**
 * Lets this worker load a module, and what that imports, if any of it is TypeScript.
 * @throws TypeError where this Node cannot be helped.
 */
export async function prepareForModule(href: string): Promise<void> {
  if (href.startsWith("file:")) await prepareFor([realPathOf(pathOf(href))]);
}

/** Most are plain, and their paths stand in them. */
function pathOf(href: string): string {
  return /^file:\/\/\/[\w./-]+$/.test(href) && process.platform !== "win32" ? href.slice("file://".length) : url().fileURLToPath(href);
}

/** The same for a function that was sent by its source text, which may import modules by their absolute places. */
export async function prepareForSource(source: string): Promise<void> {
  if (/\bimport\s*\(/.test(source)) await prepareFor(importedFiles(source, "/"));
}

/** Where Node loads it from: a linked package lies outside of `node_modules`. */
function realPathOf(file: string): string {
  try {
    return fs.realpathSync.native(file); // the other one takes 0.7 ms when it is cold
  } catch {
    return file;
  }
}

async function prepareFor(files: readonly string[]): Promise<void> {
  if (!hooks && !files.some(leadsToTypeScript)) return;
  hooks ??= installHooks();
  await (await hooks).prepare(files);
}

async function installHooks(): Promise<Pick<Hooks, "prepare">> {
  if (!import.meta.url.startsWith("file:")) return withoutHooks();
  // By a computed name, so that no bundler draws it into this file.
  const loaded = (await importModule(new URL("./typescript.js", import.meta.url).href)) as unknown as Hooks;
  loaded.install();
  return loaded;
}

/** A worker that came as text has no hooks beside it: its program is a bundle, where Node itself has to be able to take the types away. */
function withoutHooks(): Pick<Hooks, "prepare"> {
  if ((process.features as { typescript?: unknown }).typescript) return { prepare: async () => {} };
  throw new TypeError(
    'concurrent-futures was bundled into this program, and so cannot compile TypeScript: compile the module, or leave the library outside of the bundle, in esbuild with external: ["concurrent-futures"]',
  );
}

function leadsToTypeScript(entry: string): boolean {
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (isInNodeModules(file) || javascript.has(file)) continue;
    if (isTypeScript(file)) return true;
    const isScript = /\.[cm]?js$/.test(file);
    const text = isScript ? textOf(file) : undefined;
    if (text === undefined && (isScript || !isFile(file))) {
      if (sourceFileOf(file) !== undefined) return true;
      continue;
    }
    javascript.add(file);
    if (text !== undefined) open.push(...importedFiles(text, file));
  }
  return false;
}

/** Not looked at before it is read: that takes a worker that starts longer than the reading. */
function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Node's own type stripping tells the place of its refusal only at the head of the stack, and not that a compiler would take what it does not. */
export function explainSyntax(error: unknown): unknown {
  const { code } = (error ?? {}) as { code?: unknown };
  if (!(error instanceof SyntaxError) || (code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" && code !== "ERR_INVALID_TYPESCRIPT_SYNTAX")) return error;
  const place = /^(.+:\d+)\n/.exec(error.stack ?? "")?.[1];
  const remedy = code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" ? `. ${advice}` : "";
  return new SyntaxError(`${place ? `${place}: ` : ""}${error.message}${remedy}`, { cause: error });
}
