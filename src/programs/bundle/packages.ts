/** What is a package, and in which format Node loads it. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

/** The package whose workers lie beside it: it is never bundled. */
export const library = "concurrent-futures";

/** True for an import of the library, or of a part of it. */
export function isLibrary(specifier: string): boolean {
  return specifier === library || specifier.startsWith(`${library}/`);
}

/** True for files that Node loads itself from where they are: native modules, and the JavaScript of installed packages. */
export function staysOutside(file: string): boolean {
  return file.endsWith(".node") || (/[\\/]node_modules[\\/]/.test(file) && isJavaScript(file));
}

/** True for what Node takes for a module of JavaScript by its name. */
export function isJavaScript(file: string): boolean {
  // A package's main file may have no ending at all; Node takes it for JavaScript.
  return /\.[cm]?js$/.test(file) || path.extname(file) === "";
}

/** The formats of packages' files, as their names and package.json files tell; read once. */
export class ModuleFormats {
  readonly #types = new Map<string, Promise<string>>();

  /** How Node loads a file: as an ES module or as CommonJS. @param file a real path. */
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

/** The name of the package that a bare specifier is of. */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** True if a package is installed for the modules of a folder, whatever it exports. */
export function isInstalled(name: string, folder: string): boolean {
  const parent = path.dirname(folder);
  return existsSync(path.join(folder, "node_modules", name)) || (parent !== folder && isInstalled(name, parent));
}

/** Says what to do about a package that is not installed. */
export function missingText(specifier: string): string {
  const name = packageName(specifier);
  return `Cannot find the package "${name}": install it with "npm install ${name}" in the folder of this file, or check "paths" in its tsconfig.json`;
}
