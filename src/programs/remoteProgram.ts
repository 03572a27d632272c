import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildFailure } from "esbuild";
import { BuildError } from "./errors.js";
import { remotePlugin } from "./remotePlugin.js";

/** A module with all that it imports, in one text, for a machine that has none of its files. */
export interface RemoteProgram {
  readonly code: string;
  /** Source map whose sources are the URLs of the files, with their texts. */
  readonly map: string;
}

/** What a `require` of Node's own modules in a CommonJS package needs. */
const requireForPackages =
  'import { createRequire as futures$createRequire } from "node:module"; globalThis.require ??= futures$createRequire(import.meta.url);\n';

/**
 * Bundles a module for another machine, packages too; the library stays outside, for a worker has its own.
 * @param url of the module, `file:`. `./m.js` is `./m.ts` where there is no such file.
 * @throws Error if esbuild is not installed; BuildError when it cannot be read, does not compile, or imports what cannot go into a text, such as a native addon.
 */
export async function bundleForRemote(url: string): Promise<RemoteProgram> {
  const esbuild = await compiler();
  const entry = sourceOf(fileURLToPath(url));
  const outfile = `${entry}.remote.mjs`;
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [entry],
      outfile,
      write: false,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      charset: "utf8",
      keepNames: true,
      sourcemap: "external",
      external: ["concurrent-futures", "concurrent-futures/*"],
      plugins: [remotePlugin()],
      logLevel: "silent",
    });
    const textOf = (ending: string): string => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? "";
    const code = textOf(".remote.mjs");
    return code.includes("__require")
      ? { code: `${requireForPackages}${code}`, map: moved(textOf(".map"), outfile, 1) }
      : { code, map: moved(textOf(".map"), outfile, 0) };
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (!errors) throw error;
    throw new BuildError(
      errors.map(({ text, location }) => ({
        message: text,
        file: location ? path.resolve(location.file) : entry,
        ...(location && { line: location.line - 1, column: location.column }),
      })),
    );
  }
}

/** Loaded when it is needed: who submits no modules need not have it. */
async function compiler(): Promise<typeof import("esbuild")> {
  try {
    return await import("esbuild");
  } catch (cause) {
    throw new Error("a module has to be bundled to go to another machine, and that needs esbuild: npm install esbuild", { cause });
  }
}

/** @param lines that stand before the code. */
function moved(map: string, outfile: string, lines: number): string {
  const parsed = JSON.parse(map) as { sources: string[]; mappings: string };
  const sources = parsed.sources.map((source) => pathToFileURL(path.resolve(path.dirname(outfile), source)).href);
  return JSON.stringify({ ...parsed, sources, mappings: ";".repeat(lines) + parsed.mappings });
}

function sourceOf(file: string): string {
  if (existsSync(file)) return file;
  const candidates = [file.replace(/\.([cm]?)jsx?$/, ".$1ts"), file.replace(/\.jsx?$/, ".tsx")];
  return candidates.find((candidate) => candidate !== file && existsSync(candidate)) ?? file;
}
