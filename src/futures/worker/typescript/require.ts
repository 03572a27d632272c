import { readFileSync } from "node:fs";
import module from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compileSync } from "./compile.js";
import { isInNodeModules } from "./files.js";
import { aliasOf, sourceOf } from "./resolve.js";

interface CommonJsModule {
  readonly filename: string | null;
  _compile(source: string, file: string): void;
}
interface CommonJsLoader {
  readonly _extensions: Record<string, ((module: CommonJsModule, file: string) => void) | undefined>;
  _resolveFilename(request: string, parent: CommonJsModule | undefined, ...rest: unknown[]): string;
}

const loader = module as unknown as CommonJsLoader;

/** Lets `require` find TypeScript by the names that are used for it. */
export function findOnRequire(): void {
  const { _resolveFilename: resolve } = loader;
  loader._resolveFilename = function (request, parent, ...rest) {
    const parentUrl = parent?.filename ? pathToFileURL(parent.filename).href : undefined;
    const alias = aliasOf(request, parentUrl);
    if (alias !== undefined) return fileURLToPath(alias);
    try {
      return resolve.call(this, request, parent, ...rest);
    } catch (error) {
      const url = sourceOf(request, parentUrl, error);
      if (url === undefined) throw error;
      return fileURLToPath(url);
    }
  };
}

/** Lets `require` load TypeScript, by the place that loaders have always used for it; one that is there already keeps its extensions. */
export function compileOnRequire(): void {
  for (const extension of [".ts", ".cts", ".tsx", ".mts"]) {
    loader._extensions[extension] ??= (module, file) => {
      // As CommonJS also where it is an ES module: this `require` cannot wait for one.
      const compiled = isInNodeModules(file) ? undefined : compileSync(readFileSync(file, "utf8"), file, "commonjs");
      if (compiled) module._compile(compiled.source, file);
      else loader._extensions[".js"]?.(module, file);
    };
  }
}
