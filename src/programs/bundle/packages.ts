/** What is a package, and in which format Node loads it. */
import { readFile } from "node:fs/promises";
import path from "node:path";

/** The package whose workers lie beside it: it is never bundled. */
export const library = "concurrent-futures";

export function isLibrary(specifier: string): boolean {
  return specifier === library || specifier.startsWith(`${library}/`);
}

/** True for files that Node loads itself from where they are: native modules, and the JavaScript of installed packages. */
export function staysOutside(file: string): boolean {
  return file.endsWith(".node") || (/[\\/]node_modules[\\/]/.test(file) && isJavaScript(file));
}

export function isJavaScript(file: string): boolean {
  // A package's main file may have no ending at all; Node takes it for JavaScript.
  return /\.[cm]?js$/.test(file) || path.extname(file) === "";
}

/** The formats of packages' files, as their names and package.json files tell; read once. */
export class ModuleFormats {
  readonly #types = new Map<string, Promise<string>>();

  async isESModule(file: string): Promise<boolean> {
    const extension = path.extname(file);
    if (extension === ".mjs") return true;
    return extension === ".js" && (await this.#typeOf(path.dirname(file))) === "module";
  }

  /** `type` of the package.json that counts for a folder. */
  #typeOf(folder: string): Promise<string> {
    let type = this.#types.get(folder);
    if (!type) {
      type = this.#readType(folder);
      this.#types.set(folder, type);
    }
    return type;
  }

  async #readType(folder: string): Promise<string> {
    let text: string;
    try {
      text = await readFile(path.join(folder, "package.json"), "utf8");
    } catch {
      const parent = path.dirname(folder);
      return parent === folder || path.basename(folder) === "node_modules" ? "commonjs" : this.#typeOf(parent);
    }
    return /"type"\s*:\s*"module"/.test(text) ? "module" : "commonjs";
  }
}

/** Says what to do about a package that was not found. */
export function missingText(specifier: string, notes: readonly string[]): string {
  const parts = specifier.split("/");
  const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
  // esbuild's other notes speak of its own options.
  const reason = notes.find((note) => /is not exported by package|is not defined|does not exist|disabled|null/i.test(note));
  if (specifier.startsWith("#"))
    return `Cannot find "${specifier}": check "imports" in the package.json of this file's package${reason ? ` (${reason})` : ""}`;
  if (reason) return `Cannot import "${specifier}": ${reason}`;
  return `Cannot find the package "${name}": install it with "npm install ${name}" in the folder of this file, or check "paths" in its tsconfig.json`;
}
