import { analyzeArguments } from "./analyzeArguments.js";
import { argumentsOf, calleeName } from "./calls.js";
import { parseTolerantly } from "./recover.js";
import { walk } from "./syntax.js";
import type { FunctionInfo } from "./types.js";

/**
 * Arguments that a function's JSDoc gives examples of.
 * @returns what stands between the parentheses of each call of the function below an `@example`, in order and each once; of an example without one its
 *   first line, if that is arguments: `@example 40, [1, 2]`.
 */
export function examplesOf({ name, jsDoc = "" }: Pick<FunctionInfo, "name" | "jsDoc">): string[] {
  return [...new Set(blocksOf(jsDoc).flatMap((block) => callsIn(block, name) ?? plainArguments(block)))];
}

/** Texts of the `@example` tags, each up to the next tag. */
function blocksOf(jsDoc: string): string[] {
  const blocks = jsDoc.split(/^\s*(?=@[a-zA-Z])/m).filter((block) => /^@example\b/.test(block));
  return blocks.map((block) =>
    block
      .replace(/^@example\b/, "")
      .replace(/<caption>[\s\S]*?<\/caption>/, "")
      .replace(/^\s*(?:```|~~~).*$/gm, ""),
  );
}

/** @returns `undefined` if there are none. */
function callsIn(block: string, name: string): string[] | undefined {
  const found: string[] = [];
  for (const statement of parseTolerantly(block, "tsx").body)
    walk(statement, (node) => {
      if (node.type === "CallExpression" && calleeName(node) === name) found.push(oneLine(argumentsOf(block, node)));
    });
  return found.length > 0 ? found : undefined;
}

function plainArguments(block: string): string[] {
  const line =
    block
      .trim()
      .split(/\r\n|\n|\r/)[0]
      ?.trim() ?? "";
  const args = analyzeArguments(line);
  return args.ok && args.texts.length > 0 ? [line] : [];
}

/** The prompt has one line; a `//` comment would swallow the rest of it. */
function oneLine(text: string): string {
  return text.includes("\n")
    ? text
        .replace(/\/\/.*$/gm, "")
        .replace(/\s*[\r\n]+\s*/g, " ")
        .trim()
    : text;
}
