import type * as babel from "@babel/parser";

declare const require: (name: "@babel/parser") => typeof babel;

/** Babel's parser, loaded when the first text is parsed: it is two thirds of all that the extension would have to read to start. */
export function parser(): typeof babel {
  return require("@babel/parser");
}
