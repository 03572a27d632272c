/** What analysis finds in a module. Plain data, positions counted from 0 as VS Code counts them. */

/** `ts` for .ts .mts .cts, `tsx`, `js` for .js .mjs .cjs, `jsx`. */
export type Language = "ts" | "tsx" | "js" | "jsx";

export interface Position {
  readonly line: number;
  /** UTF-16 code units. */
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Parameter {
  /** `n`, or the source text of a destructuring pattern. */
  readonly name: string;
  /** Source text of the type annotation, if there is one. */
  readonly type?: string;
  /** True with `?` or a default value. */
  readonly optional: boolean;
  readonly rest: boolean;
  /** Source text of the default value, if there is one. */
  readonly defaultText?: string;
}

/** A function that can be submitted: reachable from the module's top level. */
export interface FunctionInfo {
  /**
   * `fib`, `Shape.area` (class static method), `handlers.onData` or `handlers["on-data"]` (member of an object literal), `default` (anonymous
   * default export), in a CommonJS module also `module.exports` and `exports.fib`. Unique in its module: of two functions of one name the last counts.
   */
  readonly name: string;
  readonly kind: "declaration" | "expression" | "arrow" | "staticMethod" | "objectMember";
  readonly async: boolean;
  readonly generator: boolean;
  /** Without a TypeScript `this` parameter. */
  readonly parameters: readonly Parameter[];
  /** Text of the JSDoc comment without the comment marks, if there is one. */
  readonly jsDoc?: string;
  /** The whole declaration, `export` and decorators included, JSDoc not. */
  readonly range: Range;
  /** As `range`, with the JSDoc and the overload signatures above. */
  readonly fullRange: Range;
  /** The name itself (for an anonymous default export the `default` keyword). Its line is "the function's line". */
  readonly nameRange: Range;
}

export interface SyntaxProblem {
  readonly message: string;
  readonly position: Position;
}

export interface ModuleAnalysis {
  /** In source order. */
  readonly functions: readonly FunctionInfo[];
  /** Names bound at the top level by declarations and imports (types left out, but for imports that nothing marks as such), in source order. */
  readonly bindings: readonly string[];
  /** `commonjs` when the text has `export =`, or uses `module.exports`, `exports` or `require.main` and has no export statement. */
  readonly format: "esm" | "commonjs";
  /** Empty when the text parses. With errors, functions and bindings hold what could still be recognised. */
  readonly problems: readonly SyntaxProblem[];
}

/** Outcome of reading one line of TypeScript expressions separated by commas. */
export type ArgumentsAnalysis =
  | {
      readonly ok: true;
      /** Source text of each argument, spread ones with their `...`. */
      readonly texts: readonly string[];
      /** How many values, or `undefined` when a spread makes it unknown. */
      readonly count: number | undefined;
      /** Variables that the text uses as values, its own inner ones among them, each once. */
      readonly names: readonly string[];
    }
  | {
      readonly ok: false;
      readonly message: string;
      /** Offset in the text, counted from 0. */
      readonly offset: number;
    };
