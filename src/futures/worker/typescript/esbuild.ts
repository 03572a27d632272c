import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Compiler, type CompilerPackage, emitOptions, type Source, syntaxError } from "./compiler.js";

/** The part of esbuild's API that is used; it has been the same since 0.17. */
interface Esbuild {
  transform(text: string, options: object): Promise<{ code: string }>;
  transformSync(text: string, options: object): { code: string };
  stop?(): unknown;
}

interface Failure {
  readonly errors?: readonly { readonly text: string; readonly location?: { readonly line: number; readonly column: number } | null }[];
}

/** ms without work after which esbuild's process ends: there is one beside each worker. It starts again by itself. */
const idleTime = 500;

/** The first file takes 15 ms, or 90 if it has to block; any other 2. */
export const esbuildPackage: CompilerPackage = { name: "esbuild", load: (place, require) => compilerBy(ownInstance(place, require)) };

function compilerBy(esbuild: Esbuild): Compiler {
  let working = 0;
  let idle: NodeJS.Timeout | undefined;
  const begin = (): void => {
    working += 1;
    clearTimeout(idle);
  };
  const end = (): void => {
    working -= 1;
    if (working === 0) idle = setTimeout(() => void esbuild.stop?.(), idleTime).unref();
  };
  return {
    compileSync(source) {
      begin();
      try {
        return esbuild.transformSync(source.text, optionsFor(source)).code;
      } catch (error) {
        throw readable(error, source.file);
      } finally {
        end();
      }
    },
    async compile(source) {
      begin();
      try {
        return (await esbuild.transform(source.text, optionsFor(source))).code;
      } catch (error) {
        throw readable(error, source.file);
      } finally {
        end();
      }
    },
  };
}

/** Not the instance that user code gets: stopping it would end what that is doing. */
function ownInstance(place: string, require: NodeJS.Require): Esbuild {
  const theirs = require.cache[place];
  delete require.cache[place];
  try {
    return require(place) as Esbuild;
  } finally {
    if (theirs) require.cache[place] = theirs;
    else delete require.cache[place];
  }
}

function optionsFor({ file, format, config }: Source): object {
  const { href } = pathToFileURL(file);
  const here = { "import.meta.url": href, "import.meta.filename": file, "import.meta.dirname": path.dirname(file) };
  return {
    loader: file.endsWith(".tsx") ? "tsx" : "ts",
    format: format === "module" ? "esm" : "cjs",
    platform: "node",
    target: `node${process.versions.node}`,
    sourcefile: href,
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "silent",
    tsconfigRaw: { compilerOptions: emitOptions(config) },
    define: format === "module" ? {} : Object.fromEntries(Object.entries(here).map(([name, value]) => [name, JSON.stringify(value)])),
  };
}

function readable(error: unknown, file: string): unknown {
  const [first] = (error as Failure).errors ?? [];
  return first ? syntaxError(first.text, file, first.location?.line, first.location?.column) : error;
}
