/**
 * What is left to the file that a worker starts with, since code that was compiled ahead cannot do it: the loader of modules knows only code that it has
 * loaded itself, also as the place that a text was evaluated at, which may hold an `import()`.
 */
import type { CompiledCode } from "./compiledCode.js";

export function importModule(url: string): Promise<Record<string, unknown>> {
  return import(url);
}

// Not vm: with it, import() in the text needs a loader that is experimental and says so on stderr. Indirect, so that nothing here is in scope.
// biome-ignore lint/security/noGlobalEval: running a function that was sent by its source text is what this module is for
const evaluateInGlobalScope = globalThis.eval;

/** @returns what a text comes to that is a script. @throws SyntaxError; what it throws. */
export function evaluate(text: string): unknown {
  return evaluateInGlobalScope(text);
}

/** What this worker runs, as far as it has been compiled by now. Absent where that is not wanted. */
export let compiled: (() => CompiledCode) | undefined;

/** @internal For the file that a worker starts with. */
export function offer(makes: () => CompiledCode): void {
  compiled = makes;
}
