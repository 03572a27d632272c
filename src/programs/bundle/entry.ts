import path from "node:path";
import { analyzeModule } from "../../analysis/analyzeModule.js";
import { languageOf } from "../../analysis/language.js";
import { analyzeReferences } from "../../analysis/references.js";
import type { FunctionInfo, Language } from "../../analysis/types.js";
import { virtual } from "./virtual.js";

/** Prefix of the names under which a program exports what the module itself may not export. */
const prefix = "futures$";
/** The name under which the program of a CommonJS module has what the module exports. */
export const commonJSExports = "futures$exports";

/** A module as it is bundled as an entry. */
export interface Entry {
  readonly text: string;
  readonly language: Language;
  readonly format: "esm" | "commonjs";
  readonly functions: readonly FunctionInfo[];
  /** Names of the module's top level by the names under which the program exports them. */
  readonly bindings: ReadonlyMap<string, string>;
  /** Imported names that the program does not export: the module does not use them, so they may be types, or their modules may not even exist. */
  readonly withheld: readonly string[];
  /** Stands behind the text, so that no line or column of it moves, and exports the bindings. */
  readonly exports: string;
  /** False if analysis has doubts about the text. */
  readonly intact: boolean;
}

/** Texts of which is known what is in them. */
const keptEntries = 16;

/** Entries of the texts that were asked for last: a text is submitted again and again. */
export class Entries {
  /** The most recently used last. */
  readonly #known = new Map<string, Entry>();

  /** As {@link entryOf}. */
  of(file: string, text: string, used: readonly string[]): Entry {
    const key = [path.extname(file), used.join(), text].join("\0");
    const entry = this.#known.get(key) ?? entryOf(file, text, used);
    this.#known.delete(key);
    this.#known.set(key, entry);
    const [oldest] = this.#known.keys();
    if (this.#known.size > keptEntries && oldest !== undefined) this.#known.delete(oldest);
    return entry;
  }
}

/**
 * Finds what a module has, and how to reach it.
 * @param file absolute path; its ending tells the language.
 * @param used imported names that are values for sure, whatever the module does with them.
 */
export function entryOf(file: string, text: string, used: readonly string[]): Entry {
  const language = languageOf(file) ?? "ts";
  const { format, functions, bindings: all, problems } = analyzeModule(text, language);
  const { imports, valueImports } = analyzeReferences(text, language);
  const withheld = imports.filter((name) => !valueImports.includes(name) && !used.includes(name));
  const bindings = new Map(all.filter((name) => !withheld.includes(name)).map((name) => [name, `${prefix}${name}`]));
  const exports = format === "commonjs" ? putNames(bindings) : exportNames(bindings);
  return { text, language, format, functions, bindings, withheld, exports, intact: problems.length === 0 };
}

function exportNames(bindings: ReadonlyMap<string, string>): string {
  return `\nexport { ${[...bindings].map(([name, alias]) => `${name} as ${alias}`).join(", ")} };\n`;
}

/** Stands behind the text of a CommonJS module of which only the exports are wanted. */
export const commonJSNames = putNames(new Map());

/** Getters, as an ES module's exports show the value that a variable has now. */
function putNames(bindings: ReadonlyMap<string, string>): string {
  const getters = [...bindings, ["module.exports", commonJSExports]].map(([name, alias]) => `get ${alias}() { return ${name}; }`);
  return `\nimport { futures$names } from "${virtual.names}:all"; futures$names.of = { ${getters.join(", ")} };\n`;
}
