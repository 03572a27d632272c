/**
 * Modules of a bundle that are in no file. Each has an address `namespace:argument` that texts of ours import; in source maps it stands as the
 * source, so that a frame in it is known for ours.
 */
import { pathToFileURL } from "node:url";

export const virtual = {
  /** What a module knows of its own place; argument: its path. */
  scope: "futures-scope",
  /** Gets the names of a CommonJS entry; argument: anything. */
  names: "futures-names",
  /** The entry before a CommonJS entry; argument: its path. */
  entry: "futures-entry",
  /** What `require` gives; argument: a path, or the name of one of Node's own modules. */
  required: "futures-required",
  /** A package that is not there, for what can live without it; argument: its name. */
  missing: "futures-missing",
  /** What ends endless loops; argument: anything. */
  loops: "futures-loops",
} as const;

/** Matches the addresses of virtual modules. */
export const virtualAddress = /^(futures-(?:scope|names|entry|required|missing|loops)):(.*)$/s;

/** Makes the names of a CommonJS module reachable: it puts them in when it runs, and the entry before it exports them. */
export const namesModule = "export const futures$names = { of: {} };";

/** Runs a CommonJS entry and exports the object with its names as default. */
export function commonJSEntry(file: string): string {
  return [
    `import * as futures$module from ${JSON.stringify(file)};`,
    `import { futures$names } from "${virtual.names}:all";`,
    // The module is named, so that no "sideEffects": false takes it out.
    "export default (futures$module, futures$names.of);",
  ].join("\n");
}

/**
 * Node's own `require`, of a path or one of Node's own modules. The module is CommonJS, so esbuild makes of it for an importer what Node or
 * TypeScript would: any named import, and for a Babel-compiled package its own `default`.
 */
export function requiredModule(target: string, importer: string): string {
  return `import { createRequire } from "node:module"; module.exports = createRequire(${JSON.stringify(pathToFileURL(importer).href)})(${JSON.stringify(target)});`;
}

/** Fails as Node would, when it is reached. */
export function missingModule(specifier: string): string {
  const message = `Cannot find package '${specifier}'`;
  return `module.exports; throw Object.assign(new Error(${JSON.stringify(message)}), { code: "MODULE_NOT_FOUND" });`;
}
