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
  const { isMethod, target } = targetOf(fn, program);
  const text = [
    `import * as futures$program from ${JSON.stringify(program.url)};`,
    `const futures$exports = futures$program${program.format === "commonjs" ? ".default" : ""};`,
    `async function ${argumentsName}({ ${names.map(([name, alias]) => `${alias}: ${name}`).join(", ")} }) {`,
    expressions,
    "}",
    "export async function call() {",
    `const futures$values = await ${argumentsName}(futures$exports);`,
    // A function by itself is called by itself: as a member of the exports it would stand in stacks under their name.
    isMethod ? `return ${target}(...futures$values);` : `const futures$function = ${target}; return futures$function(...futures$values);`,
    "}",
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

/** Where the function is in the program; a method is called as a member, so that `this` is right. */
function targetOf({ name, kind }: FunctionInfo, { bindings }: Program): { target: string; isMethod: boolean } {
  const isMethod = kind === "staticMethod" || kind === "objectMember";
  const [, root = name, rest = ""] = /^([\p{ID_Continue}$]+)(.*)$/su.exec(name) ?? [];
  const own = bindings.get(root);
  if (own !== undefined) return { target: `futures$exports.${own}${rest}`, isMethod };
  // What a CommonJS module exports is the default export of its bundle.
  return { target: `futures$program.default${name.replace(/^(module\.exports|exports|default)/, "")}`, isMethod };
}

/** True for the module of a call. */
export function isCallFile(file: string): boolean {
  return path.basename(file).endsWith(callEnding);
}
