/** Compiles modules before they are asked for, side by side: Node's synchronous hooks wait for each, one after another, and block meanwhile. */
import { readFile } from "node:fs/promises";
import { type Compiled, compile } from "./compile.js";
import { isFile, isInNodeModules, isTypeScript, sourceFileOf } from "./files.js";
import { importedFiles } from "./imports.js";

const seen = new Set<string>();
const compiled = new Map<string, { readonly text: string; readonly result: Compiled }>();

/** Compiles a module and those that it imports. What goes wrong is left to be found again, and told, when the module is loaded. */
export async function compileAhead(place: string): Promise<void> {
  const file = isFile(place) ? place : (sourceFileOf(place) ?? place);
  if (seen.has(file) || isInNodeModules(file)) return;
  seen.add(file);
  try {
    let text = await readFile(file, "utf8");
    if (isTypeScript(file)) {
      const result = await compile(text, file);
      if (!result) return;
      compiled.set(file, { text, result });
      text = result.source; // imports of types are gone
    }
    await Promise.all(importedFiles(text, file).map(compileAhead));
  } catch {
    // as said above
  }
}

/** What was made of a file, if its text is still the same. */
export function takeCompiled(text: string, file: string): Compiled | undefined {
  const known = compiled.get(file);
  // CommonJS that is imported is asked for twice: for the names of its exports, then to run.
  if (known?.result.format === "module") compiled.delete(file);
  return known?.text === text ? known.result : undefined;
}
