import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { analyzeArguments } from "../analysis/analyzeArguments.js";
import { checkArguments } from "../analysis/signature.js";
import type { FunctionInfo } from "../analysis/types.js";
import { digest } from "./bundle/sourceIdentity.js";
import type { ContentFiles } from "./contentFiles.js";
import { ArgumentsError, UnknownFunctionError } from "./errors.js";
import type { CallProgram, CallRequest, Program } from "./types.js";

/** Ends the names of call modules; `stack.ts` knows them by it. */
export const callEnding = ".call.mjs";
/** How a frame in the argument text is named: the function that holds nothing but that text. */
export const argumentsName = "futures$arguments";

/** Writes the module of a call: it imports the program's names, evaluates the argument text among them, and calls the function. */
export async function writeCall(files: ContentFiles, program: Program, { functionName, argumentsText }: CallRequest): Promise<CallProgram> {
  const fn = program.functions.find(({ name }) => name === functionName);
  if (!fn)
    throw new UnknownFunctionError(
      functionName,
      program.file,
      program.functions.map(({ name }) => name),
    );
  const args = analyzeArguments(argumentsText);
  if (!args.ok) throw new ArgumentsError(args.message, args.offset);
  const expressions = await compile(argumentsText);
  const names = [...program.bindings].filter(([name]) => mentions(argumentsText, name));
  const text = [
    `import * as futures$program from ${JSON.stringify(program.url)};`,
    // The exports of a CommonJS module are those of its default export.
    `const futures$exports = "default" in futures$program && Object(futures$program.default) === futures$program.default ? new Proxy(futures$program, { get: (own, key) => (key in own ? own[key] : own.default[key]) }) : futures$program;`,
    `async function ${argumentsName}({ ${names.map(([name, alias]) => `${alias}: ${name}`).join(", ")} }) {`,
    expressions,
    "}",
    `export async function call() { return ${targetOf(fn, program)}(...await ${argumentsName}(futures$exports)); }`,
    "",
  ].join("\n");
  const name = `${digest(text)}${callEnding}`;
  await files.write(name, text);
  return { url: pathToFileURL(files.pathOf(name)).href, exportName: "call", warnings: checkArguments(fn, args) };
}

/** TypeScript in, JavaScript out, on one line: `return [40, Level.High];`. The names of the module stay as they are. */
async function compile(argumentsText: string): Promise<string> {
  const source = `async function ${argumentsName}() {\nreturn [${argumentsText}\n];\n}`;
  const { code } = await esbuild.transform(source, { loader: "ts", target: "node20", format: "esm", minifyWhitespace: true, logLevel: "silent" });
  return code.slice(code.indexOf("{") + 1, code.lastIndexOf("}"));
}

/** Names that the text does not mention are not taken out of the module: one that is still in its dead zone would throw. */
function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![\\p{ID_Continue}$])${name.replace(/\$/g, "\\$&")}(?![\\p{ID_Continue}$])`, "u").test(text);
}

/** `futures$exports.futures$Shape.area`: called as a member, so that `this` is right. */
function targetOf({ name }: FunctionInfo, { bindings }: Program): string {
  const [, root = name, rest = ""] = /^([\p{ID_Continue}$]+)(.*)$/su.exec(name) ?? [];
  if (root === "default" || name.startsWith("module.exports") || (root === "exports" && !bindings.has("exports"))) {
    const path = name.replace(/^(module\.exports|exports|default)/, "");
    // esbuild makes module.exports the default export of the bundle.
    return `futures$program.default${path}`;
  }
  return `futures$exports.${bindings.get(root) ?? root}${rest}`;
}

/** True for the module of a call. */
export function isCallFile(file: string): boolean {
  return path.basename(file).endsWith(callEnding);
}
