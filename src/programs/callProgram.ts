import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { checkArguments } from "../analysis/signature.js";
import type { ArgumentsAnalysis, FunctionInfo } from "../analysis/types.js";
import { commonJSExports } from "./bundle/entry.js";
import type { ContentFiles } from "./contentFiles.js";
import { digest } from "./digest.js";
import { ArgumentsError, UnknownFunctionError } from "./errors.js";
import type { CallProgram, Program } from "./types.js";

/** The one key of what is sent in the place of a value that shows itself. */
export const displayKey = "futures$display";
/** The one key of what a call tells at its end of the time and memory that it took. */
export const usageKey = "futures$usage";
/** Inputs of one map. */
export const inputLimit = 1_000_000;
/** Ends the names of call modules; `stack.ts` knows them by it. */
const callEnding = ".call.mjs";
/** Lines of a call module before the argument text; all behind them is what that text became. */
const runnerLines = 7;
/** Words that no module may bind; a name that is one is sloppy CommonJS, and in the argument text it is the keyword. */
const reserved = new Set("arguments await eval implements interface let package private protected public static yield".split(" "));

/** What a value shows itself as is asked for where it is: its methods do not leave the worker. All on one line, see {@link runnerLines}. */
const helpers = [
  // Told as progress, which comes before the outcome, whatever that is. A thread knows its own processor time only since Node.js 23.9.
  `const futures$measure = () => { const task = globalThis[Symbol.for("concurrent-futures.currentTask")]?.getStore(); if (!task) return () => {};`,
  `const cpu = () => { const used = process.threadCpuUsage?.() ?? (process.send ? process.cpuUsage() : undefined); return used && (used.user + used.system) / 1000; };`,
  "const memory = () => { const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; }; const startCpu = cpu(), startMemory = memory();",
  `return () => { const end = cpu(); task.progress({ ${usageKey}: { memory: Math.max(0, memory() - startMemory), ...(end === undefined ? {} : { cpuTime: end - startCpu }) } }); }; };`,
  `const futures$shown = async (value) => { const show = value?.[Symbol.for("Jupyter.display")]; if (typeof show !== "function") return value;`,
  `const bundle = await show.call(value); return typeof bundle === "object" && bundle !== null ? { ${displayKey}: bundle } : value; };`,
  `const futures$failed = (index, error, start) => [index, false, error instanceof Error`,
  `? { name: error.name, message: error.message, stack: String(error.stack) } : { name: "thrown value", message: String(error), stack: "" }, performance.now() - start];`,
  "export function callOne([index, input]) { const start = performance.now(); try { const value = futures$one(input);",
  `if (typeof value?.then !== "function") return [index, true, value, performance.now() - start];`,
  "return Promise.resolve(value).then((result) => [index, true, result, performance.now() - start], (error) => futures$failed(index, error, start));",
  "} catch (error) { return futures$failed(index, error, start); } }",
  "export async function inputs() { const values = await futures$arguments(futures$exports); const all = values.length === 1 ? values[0] : values;",
  'if (all == null || (typeof all[Symbol.iterator] !== "function" && typeof all[Symbol.asyncIterator] !== "function"))',
  'throw new TypeError("these are no inputs: " + (all === null ? "null" : typeof all) + " is not iterable. Give an array, a generator or the like");',
  `const list = []; for await (const input of all) { if (list.push(input) > ${inputLimit}) throw new RangeError("there are more than ${inputLimit.toLocaleString("en")} inputs"); }`,
  "return list; }",
].join(" ");

/**
 * Writes the module of a call: it imports the program, evaluates the argument text among the module's names, and calls the function.
 * @param args what analysis says of `argumentsText`.
 * @param isMap the text gives the inputs of a map, one after another, and not the arguments of one call.
 * @throws ArgumentsError, UnknownFunctionError
 */
export async function writeCall(
  files: ContentFiles,
  program: Program,
  functionName: string,
  argumentsText: string,
  args: ArgumentsAnalysis,
  isMap = false,
): Promise<CallProgram> {
  const fn = program.functions.find(({ name }) => name === functionName);
  // What a call of the module calls need be no function of the module: it may be imported.
  if (!fn && !program.bindings.has(rootOf(functionName))) {
    const known = program.functions.map(({ name }) => name);
    throw new UnknownFunctionError(functionName, program.file, known);
  }
  if (!args.ok) throw new ArgumentsError(args.message, args.offset);
  const { isMethod, target } = targetOf(functionName, fn?.kind, program);
  const text = [
    `import * as futures$program from ${JSON.stringify(program.url)};`,
    `const futures$exports = futures$program${program.format === "commonjs" ? ".default" : ""};`,
    "export async function call() {",
    "const futures$values = await futures$arguments(futures$exports);",
    // A function by itself is called by itself: as a member of the exports it would get them as `this`, and stand in stacks under their name.
    isMethod
      ? `const futures$end = futures$measure(); try { return futures$shown(await ${target}(...futures$values)); } finally { futures$end(); }`
      : `const futures$function = ${target}, futures$end = futures$measure(); try { return futures$shown(await futures$function(...futures$values)); } finally { futures$end(); }`,
    "}",
    `const futures$one = (futures$input) => ${isMethod ? `${target}(futures$input)` : `(0, ${target})(futures$input)`}; ${helpers}`,
    await compile(argumentsText, parametersFor(args.names, program)),
  ].join("\n");
  const name = `${digest(text)}${callEnding}`;
  await files.write(name, text);
  return { url: pathToFileURL(files.pathOf(name)).href, exportName: "call", warnings: isMap || !fn ? [] : checkArguments(fn, args) };
}

/** Names that the text does not use are not taken out of the module: one that is still in its dead zone would throw. */
function parametersFor(names: readonly string[], { bindings }: Program): string {
  const taken = names.flatMap((name) => (bindings.has(name) && !reserved.has(name) ? [`${bindings.get(name)}: ${name}`] : []));
  return taken.length > 0 ? `{ ${taken.join(", ")} }` : "";
}

/** TypeScript in, JavaScript out, with whatever helpers it takes. */
async function compile(argumentsText: string, parameters: string): Promise<string> {
  const source = `async function futures$arguments(${parameters}) {\nreturn [${argumentsText}\n];\n}`;
  try {
    return (await esbuild.transform(source, { loader: "ts", target: "node20", format: "esm", charset: "utf8", logLevel: "silent" })).code;
  } catch (error) {
    const [problem] = (error as Partial<esbuild.TransformFailure>).errors ?? [];
    if (!problem) throw error;
    const { line = 2, column = 0, lineText = "" } = problem.location ?? {};
    const before = Buffer.from(lineText).subarray(0, column).toString().length - (line === 2 ? "return [".length : 0);
    const linesAbove = argumentsText.split("\n").slice(0, line - 2);
    throw new ArgumentsError(problem.text, Math.max(0, linesAbove.join("\n").length + (linesAbove.length > 0 ? 1 : 0) + before));
  }
}

/**
 * Where the function is in the program; a method is called as a member, so that `this` is right.
 * @param kind absent: it is none of the module's own.
 */
function targetOf(name: string, kind: FunctionInfo["kind"] | undefined, { bindings }: Program): { target: string; isMethod: boolean } {
  const root = rootOf(name);
  const rest = name.slice(root.length);
  const isMethod = kind === undefined ? rest !== "" : kind === "staticMethod" || kind === "objectMember";
  const alias = bindings.get(root) ?? (root === "default" ? root : commonJSExports);
  return { target: `futures$exports.${alias}${rest}`, isMethod };
}

/** The name of the module's top level that a function's name begins with: `Shape` of `Shape.area`. */
export function rootOf(name: string): string {
  return /^(?:module\.exports|[\p{ID_Continue}$]+)/u.exec(name)?.[0] ?? name;
}

/** True for a place in the module of a call. */
export function isCallFile(file: string): boolean {
  return path.basename(file).endsWith(callEnding);
}

/** True for a line of a call module, counted from 1, that the argument text became. */
export function isArgumentLine(line: number | undefined): boolean {
  return line !== undefined && line > runnerLines;
}
