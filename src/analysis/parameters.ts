import type { Function as FunctionNode, FunctionParameter, Node, TSParameterProperty } from "@babel/types";
import { spanOf } from "./syntax.js";
import type { SourceText } from "./text.js";
import type { Parameter } from "./types.js";

/** The parameters of a function, without TypeScript's `this`. */
export function parametersOf(node: FunctionNode, source: SourceText): Parameter[] {
  return node.params.map((parameter) => describe(parameter, source)).filter(({ name }, index) => index > 0 || name !== "this");
}

function describe(node: FunctionParameter | TSParameterProperty, source: SourceText): Parameter {
  switch (node.type) {
    case "TSParameterProperty":
      return describe(node.parameter, source);
    case "AssignmentPattern":
      return { ...nameAndType(node.left, source), optional: true, rest: false, defaultText: source.slice(spanOf(node.right)) };
    case "RestElement": {
      const { name } = nameAndType(node.argument, source);
      return { ...nameAndType(node, source), name, optional: false, rest: true };
    }
    default:
      return { ...nameAndType(node, source), optional: "optional" in node && node.optional === true, rest: false };
  }
}

function nameAndType(node: Node, source: SourceText): Pick<Parameter, "name" | "type"> {
  const annotation = "typeAnnotation" in node && node.typeAnnotation ? (node.typeAnnotation as Node) : undefined;
  const name =
    node.type === "Identifier" ? node.name : source.slice({ start: node.start!, end: annotation?.start ?? node.end! }).replace(/\??\s*$/, "");
  if (annotation?.type !== "TSTypeAnnotation") return { name };
  return { name, type: source.slice(spanOf(annotation.typeAnnotation)) };
}
