import { analyzeModule } from "../../analysis/analyzeModule.js";
import { languageOf } from "../../analysis/language.js";
import type { FunctionInfo, ModuleAnalysis } from "../../analysis/types.js";

/** Prefix of the names under which a program exports what the module itself may not export. */
const prefix = "futures$";

/** A module as it is bundled as an entry: its own text, and after it the exports that make its functions and names reachable. */
export interface Entry {
  readonly text: string;
  readonly format: "esm" | "commonjs";
  readonly functions: readonly FunctionInfo[];
  /** Names of the module's top level by the names under which the program exports them. */
  readonly bindings: ReadonlyMap<string, string>;
}

/**
 * Adds exports behind the module's text, so that no line or column of it moves. A text that does not parse is left as it is: esbuild tells why.
 * @param file absolute path; its ending tells the language.
 */
export function entryOf(file: string, text: string): Entry {
  const analysis = analyzeModule(text, languageOf(file) ?? "ts");
  const names = analysis.problems.length > 0 ? [] : exportable(analysis);
  const bindings = new Map(names.map((name) => [name, `${prefix}${name}`]));
  const { format, functions } = analysis;
  return { text: text + (format === "commonjs" ? assignments(bindings) : exports(bindings)), format, functions, bindings };
}

function exportable({ bindings }: ModuleAnalysis): string[] {
  return bindings.filter((name) => name !== "default");
}

function exports(bindings: ReadonlyMap<string, string>): string {
  if (bindings.size === 0) return "\nexport {};\n";
  return `\nexport { ${[...bindings].map(([name, alias]) => `${name} as ${alias}`).join(", ")} };\n`;
}

/** In CommonJS `module.exports` may be a function by now, which carries properties as well as an object does. */
function assignments(bindings: ReadonlyMap<string, string>): string {
  return `\n${[...bindings].map(([name, alias]) => `module.exports.${alias} = ${name};`).join(" ")}\n`;
}
