import type { Format } from "./format.js";
import type { TsConfig } from "./tsconfig.js";

/** A file that is to be compiled. */
export interface Source {
  readonly text: string;
  readonly file: string;
  /** What it is to become. */
  readonly format: Format;
  readonly config: TsConfig;
}

/**
 * Makes JavaScript of TypeScript, with its source map at its end. No type is checked.
 * Both throw SyntaxError for text that is no TypeScript; the message begins with `file:line:column`.
 */
export interface Compiler {
  /** Blocks. */
  compileSync(source: Source): string;
  compile(source: Source): Promise<string>;
}

/** A package that a user may have installed. The library brings no compiler. */
export interface CompilerPackage {
  readonly name: string;
  /** @returns `undefined` if this version of it is of no use. @throws what the package throws when it is loaded. */
  load(place: string, require: NodeJS.Require): Compiler | undefined;
}

const names = [
  "alwaysStrict",
  "experimentalDecorators",
  "importsNotUsedAsValues",
  "jsx",
  "jsxFactory",
  "jsxFragmentFactory",
  "jsxImportSource",
  "preserveValueImports",
  "strict",
  "verbatimModuleSyntax",
];

/** The compiler options that change what is emitted and mean the same to all compilers. JSX that nobody would compile after us is compiled. */
export function emitOptions({ options }: TsConfig): Record<string, unknown> {
  const emit = Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
  if (!/^react(-jsx(dev)?)?$/i.test(String(emit["jsx"]))) emit["jsx"] = "react-jsx";
  const { useDefineForClassFields, target } = options;
  // The default depends on the target, which is of no other effect here: what runs is made for the Node that runs it.
  emit["useDefineForClassFields"] =
    typeof useDefineForClassFields === "boolean" ? useDefineForClassFields : !/^es(3|5|6|20(1\d|2[01]))$/i.test(String(target));
  return emit;
}

/** @param line from 1. @param column from 0. */
export function syntaxError(text: string, file: string, line = 1, column = 0): SyntaxError {
  const place = `${file}:${line}:${column + 1}`;
  const error = new SyntaxError(`${place}: ${text}`);
  error.stack = `${error.name}: ${error.message}\n    at ${place}`; // our own frames are of no use to anybody
  return error;
}
