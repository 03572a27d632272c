import path from "node:path";
import type { BuildProblem } from "./types.js";

/** A module does not compile, or something that it imports is not to be had. `message` tells the first problem with its place. */
export class BuildError extends Error {
  override name = "BuildError";
  /** All of them, in the order found; at least one. */
  readonly problems: readonly BuildProblem[];

  constructor(problems: readonly BuildProblem[]) {
    super(problems[0] ? textOf(problems[0]) : "the build failed");
    this.problems = problems;
  }
}

/** The argument text is no list of TypeScript expressions. */
export class ArgumentsError extends Error {
  override name = "ArgumentsError";
  /** Where in the text, counted from 0. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The module has no function of that name that could be submitted. `message` names those it has. */
export class UnknownFunctionError extends Error {
  override name = "UnknownFunctionError";

  constructor(functionName: string, file: string, known: readonly string[]) {
    const others =
      known.length > 0 ? `it has ${known.slice(0, 20).join(", ")}${known.length > 20 ? ", …" : ""}` : "it has none that could be submitted";
    super(`there is no function ${functionName} in ${path.basename(file)}: ${others}`);
  }
}

function textOf({ file, line, column, message }: BuildProblem): string {
  const place = [file === undefined ? undefined : path.basename(file), line, column].filter((part) => part !== undefined).join(":");
  return place ? `${place}: ${message}` : message;
}
