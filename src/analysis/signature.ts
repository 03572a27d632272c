import type { ArgumentsAnalysis, FunctionInfo, Parameter } from "./types.js";

/** One line for prompts: `fib(n: number)`, `greet(name: string, options?: Options, ...rest: string[])`. A default value shows as `= 1`. */
export function signatureOf(info: Pick<FunctionInfo, "name" | "parameters">): string {
  return `${info.name}(${info.parameters.map(parameterText).join(", ")})`;
}

function parameterText({ name, type, optional, rest, defaultText }: Parameter): string {
  const head = `${rest ? "..." : ""}${name}${optional && defaultText === undefined ? "?" : ""}`;
  const text = `${head}${type === undefined ? "" : `: ${type}`}${defaultText === undefined ? "" : ` = ${defaultText}`}`;
  return text.replace(/\s+/g, " ");
}

/**
 * Compares arguments with a function's parameters. Reasons to doubt, not to refuse: JavaScript takes any number.
 * @param args arguments that did not parse give no warning.
 * @returns one sentence each; empty when the number fits, or cannot be known because of a spread.
 */
export function checkArguments(info: Pick<FunctionInfo, "name" | "parameters">, args: ArgumentsAnalysis): string[] {
  if (!args.ok || args.count === undefined) return [];
  const { count } = args;
  const { parameters } = info;
  const missing = parameters.slice(count).filter(({ optional, rest }) => !optional && !rest);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name.replace(/\s+/g, " ")).join(", ");
    return [`${signatureOf(info)} got no argument for the required parameter${missing.length === 1 ? "" : "s"} ${names}`];
  }
  if (count > parameters.length && !parameters.some(({ rest }) => rest)) {
    const takes = parameters.length === 0 ? "no arguments" : parameters.length === 1 ? "one argument" : `at most ${parameters.length} arguments`;
    return [`${signatureOf(info)} takes ${takes} but got ${count}`];
  }
  return [];
}
