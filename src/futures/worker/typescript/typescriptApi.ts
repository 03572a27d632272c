import path from "node:path";
import { type CompilerPackage, emitOptions, type Source, syntaxError } from "./compiler.js";

/** The part of TypeScript's API that is used. Version 7 has none of it. */
interface TypeScript {
  transpileModule(text: string, options: object): { outputText: string; diagnostics?: readonly Diagnostic[] };
  convertCompilerOptionsFromJson(options: object, basePath: string): { options: object };
  flattenDiagnosticMessageText(message: unknown, newLine: string): string;
}

interface Diagnostic {
  readonly file?: { getLineAndCharacterOfPosition(start: number): { line: number; character: number } };
  readonly start?: number;
  readonly messageText: unknown;
}

/** It takes 250 ms to load. */
export const typescriptPackage: CompilerPackage = {
  name: "typescript",
  load(place, require) {
    const typescript = require(place) as TypeScript;
    if (typeof typescript.transpileModule !== "function") return undefined;
    const compileSync = (source: Source): string => transpile(typescript, source);
    return { compileSync, compile: async (source) => compileSync(source) };
  },
};

function transpile(typescript: TypeScript, { text, file, format, config }: Source): string {
  const { options } = config;
  const emit = {
    ...emitOptions(config),
    // It makes no CommonJS of a file that says `export` with this option.
    ...(format === "commonjs" ? { verbatimModuleSyntax: false } : {}),
    emitDecoratorMetadata: options["emitDecoratorMetadata"] === true,
    esModuleInterop: options["esModuleInterop"] !== false,
    target: "ES2022",
    module: format === "module" ? "ESNext" : "CommonJS",
    isolatedModules: true,
    inlineSourceMap: true,
  };
  const compilerOptions = typescript.convertCompilerOptionsFromJson(emit, path.dirname(file)).options;
  const { outputText, diagnostics = [] } = typescript.transpileModule(text, { fileName: file, reportDiagnostics: true, compilerOptions });
  const first = diagnostics.find((diagnostic) => diagnostic.file);
  if (!first) return outputText;
  const { line, character } = first.file?.getLineAndCharacterOfPosition(first.start ?? 0) ?? { line: 0, character: 0 };
  throw syntaxError(typescript.flattenDiagnosticMessageText(first.messageText, "\n"), file, line + 1, character);
}
