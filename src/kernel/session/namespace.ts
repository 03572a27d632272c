import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { commonJSExports } from "../../programs/bundle/entry.js";

const { cache } = createRequire(import.meta.url);

/** Imports a module as cells see it: of a CommonJS one every property of its exports is a name, as in the programs of the editor; Node guesses them from its text. */
export async function importModule(url: string, options?: ImportCallOptions): Promise<unknown> {
  const module = (await import(url, options)) as Record<string, unknown>;
  const built = module["default"] as Record<string, unknown> | undefined;
  if (typeof built === "object" && built !== null && Object.hasOwn(built, commonJSExports)) return withNames(built[commonJSExports], module);
  const loaded = url.startsWith("file:") ? cache[fileURLToPath(url)] : undefined;
  return loaded ? withNames(loaded.exports, module) : module;
}

function withNames(exports: unknown, module: object): unknown {
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return module;
  const { __esModule: isTranspiled, default: own } = exports as { readonly __esModule?: unknown; readonly default?: unknown };
  return { ...exports, default: isTranspiled ? own : exports };
}
