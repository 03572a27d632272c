/** What `src/programs` is asked for and what it gives. */
import type { FunctionInfo } from "../analysis/types.js";

/** A module to make a program of. */
export interface ProgramRequest {
  /** Absolute path of the module that holds the function. */
  readonly file: string;
  /** Unsaved texts by absolute path; they win over the disk. */
  readonly overlay: ReadonlyMap<string, string>;
  /** True for a module that is run as a program: `import.meta.main` is true in it. Default false. */
  readonly main?: boolean;
}

/** The bundle of an entry module with everything of the workspace that it imports; packages stay imports. */
export interface Program {
  /** Hex digest of the bundle's content: the program's name. */
  readonly hash: string;
  /** Absolute path of the entry module. */
  readonly file: string;
  /** `file:` URL of the bundle, an ES module, its source map beside it. */
  readonly url: string;
  /**
   * Names that argument texts may use: the module's top-level bindings, by the name under which the bundle exports each. Imports that the module
   * does not use as values are not among them; a call whose arguments use one is built on a bundle of its own that has it.
   */
  readonly bindings: ReadonlyMap<string, string>;
  /** Of the module; the exports of a CommonJS module are the default export of its bundle. */
  readonly format: "esm" | "commonjs";
  /** What can be called. */
  readonly functions: readonly FunctionInfo[];
  /** Texts of esbuild's warnings with their places. */
  readonly warnings: readonly string[];
  /** Absolute paths of the files whose code is in it. */
  readonly files: readonly string[];
}

/** Where an import leads. */
export interface ResolvedImport {
  /** As it is written. */
  readonly specifier: string;
  /** Absolute path; of what stays an import, its URL or the name of a built-in module. */
  readonly target: string;
  /** Part of the program; else Node finds it when the program is loaded. */
  readonly isBundled: boolean;
}

/** How the imports of a module are found. */
export interface Resolution {
  /** Absolute path of the `tsconfig.json` that counts for the module; `undefined`: there is none. */
  readonly tsconfig: string | undefined;
  readonly imports: readonly ResolvedImport[];
}

/** A function to call, and with what. */
export interface CallRequest {
  /** As analysis names it. */
  readonly functionName: string;
  /** TypeScript expressions separated by commas. */
  readonly argumentsText: string;
  /** The text gives the inputs of a map. */
  readonly isMap?: boolean;
}

/**
 * A module that calls one function of a program with one argument text. Load it, then call its export {@link CallProgram.exportName}. Of a map: its export
 * `inputs` gives the inputs, and `callOne([index, input])` resolves to `[index, ok, value or error, ms]`.
 */
export interface CallProgram {
  readonly url: string;
  readonly exportName: "call";
  /** Too few arguments for the required parameters, and the like. */
  readonly warnings: readonly string[];
}

/** Something that keeps a module from being built, and its place. */
export interface BuildProblem {
  readonly message: string;
  /** Absolute path; absent for a problem that has no place. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
  /** The source line. */
  readonly lineText?: string;
}
