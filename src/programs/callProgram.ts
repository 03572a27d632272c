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

/** Ends the names of call modules; `stack.ts` knows them by it. */
const callEnding = ".call.mjs";
/** Lines of a call module before the argument text; all behind them is what that text became. */
const runnerLines = 8;
/** Words that no module may bind; a name that is one is sloppy CommonJS, and in the argument text it is the keyword. */
const reserved = new Set("arguments await eval implements interface let package private protected public static yield".split(" "));

/**
 * Writes the module of a call: it imports the program, evaluates the argument text among the module's names, and calls the function.
 * @param supportUrl `file:` URL of the built `callSupport`.
 * @param args what analysis says of `argumentsText`.
 * @param isMap the text gives the inputs of a map, one after another, and not the arguments of one call.
 * @throws ArgumentsError, UnknownFunctionError
 */
export async function writeCall(
  files: ContentFiles,
  supportUrl: string,
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
  const one = isMethod ? `${target}(input)` : `(0, ${target})(input)`;
  const text = [
    `import * as futures$program from ${JSON.stringify(program.url)};`,
    `import * as futures$support from ${JSON.stringify(supportUrl)};`,
    `const futures$exports = futures$program${program.format === "commonjs" ? ".default" : ""};`,
    "export async function call() { const futures$values = await futures$arguments(futures$exports);",
    // A function by itself is called by itself: as a member of the exports it would get them as `this`, and stand in stacks under their name.
    `const ${isMethod ? "" : `futures$function = ${target}, `}futures$end = futures$support.measure();`,
    `try { return futures$support.shown(await ${isMethod ? target : "futures$function"}(...futures$values)); } finally { futures$end(); } }`,
    `export const callOne = futures$support.callerOf((input) => ${one});`,
    "export async function inputs() { return futures$support.inputsOf(await futures$arguments(futures$exports)); }",
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
