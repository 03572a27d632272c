import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { library } from "./bundle/packages.js";

/** A CommonJS package as the programs of this machine have it: by its place here. esbuild may have numbered the name. */
const requiredHere = /\bcreateRequire\d*\(("(?:[^"\\]|\\.)*")\)\(("(?:[^"\\]|\\.)*")\)/g;

/**
 * What was built for this machine names what it imports by its place here. For another machine all of it goes into the program, but for the library,
 * which a worker has.
 */
export function remotePlugin(): Plugin {
  return {
    name: "futures-remote",
    setup(build) {
      build.onResolve({ filter: /^file:/ }, ({ path: url }) => {
        const file = fileURLToPath(url);
        const part = partOfLibrary(file);
        return part === undefined ? { path: file } : { path: part, external: true };
      });
      build.onLoad({ filter: /\.mjs$/ }, async ({ path: file }) => {
        const text = await readFile(file, "utf8");
        if (!text.includes("createRequire")) return undefined;
        return { contents: text.replace(requiredHere, "require($2)"), loader: "js", resolveDir: path.dirname(file) };
      });
    },
  };
}

/** How the library is imported that a file is the entry of, wherever that lies. */
function partOfLibrary(file: string): string | undefined {
  const name = file.replaceAll("\\", "/");
  const part = /\/dist\/(?:(futures\/(?:index\.c?js|bundler\.js))|cluster\/index\.c?js)$/.exec(name);
  if (!part || nameOfPackage(path.resolve(path.dirname(file), "..", "..")) !== library) return undefined;
  return part[1] === undefined ? `${library}/cluster` : library;
}

function nameOfPackage(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}
