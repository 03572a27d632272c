import type { Comment, ImportDeclaration, LVal, Node, Statement } from "@babel/types";
import { importedNames, patternNames } from "./bindings.js";
import { tryParse } from "./parse.js";
import { declarationOf, spanOf, walk } from "./syntax.js";
import type { Language } from "./types.js";

/** What a module says about other modules in places where only a syntax tree can tell. Offsets are counted from 0 in UTF-16 code units. */
export interface ModuleReferences {
  /** Imported names, those that are marked as types left out. */
  readonly imports: readonly string[];
  /** Those of them that the module certainly uses as values. The others may be types. */
  readonly valueImports: readonly string[];
  /** Where the keyword of an `import(…)` stands whose specifier is not a literal. */
  readonly dynamicImports: readonly number[];
  /** Where `require` stands for anything but a call with one literal, unless the module declares a `require` of its own. */
  readonly requires: readonly number[];
  /** Literal specifiers of `import.meta.resolve(…)`. */
  readonly resolved: readonly string[];
  /** Classes declared at the top level that have their name from their declaration: no decorator and no static `name` gives them another. */
  readonly classes: readonly string[];
}

/**
 * Reads a module's references. A text with syntax errors has none.
 * @param text the whole module.
 */
export function analyzeReferences(text: string, language: Language): ModuleReferences {
  const parsed = tryParse(text, language);
  const collector = new ReferenceCollector();
  if ("body" in parsed) for (const statement of parsed.body) walk(statement, (node, parent, key) => collector.visit(node, parent, key));
  return collector.result("body" in parsed ? parsed.body : []);
}

class ReferenceCollector {
  readonly #used = new Set<string>();
  readonly #declared = new Set<string>();
  readonly #dynamicImports: number[] = [];
  readonly #requires: number[] = [];
  readonly #resolved: string[] = [];

  /** Specifiers of `export { a } from "m"`: they name nothing of this module. */
  readonly #foreign = new Set<Node>();

  visit(node: Node, parent: Node | undefined, key: string): void {
    this.#declaration(node);
    if (node.type === "ExportNamedDeclaration" && node.source) for (const specifier of node.specifiers) this.#foreign.add(specifier);
    if (node.type === "CallExpression") this.#call(node.callee, node.arguments);
    if (node.type !== "Identifier" && node.type !== "JSXIdentifier") return;
    if (!parent || this.#foreign.has(parent) || !isReference(node.name, parent, key)) return;
    this.#used.add(node.name);
    const call = parent.type === "CallExpression" && key === "callee" ? parent : undefined;
    if (node.name === "require" && !(call?.arguments.length === 1 && literalOf(call.arguments[0]) !== undefined))
      this.#requires.push(spanOf(node).start);
  }

  result(body: readonly Statement[]): ModuleReferences {
    const imported = body.filter((statement): statement is ImportDeclaration => statement.type === "ImportDeclaration").flatMap(importedNames);
    return {
      imports: imported,
      // Where a name is declared a second time, in an inner scope, its uses may be of that one.
      valueImports: imported.filter((name) => this.#used.has(name) && !this.#declared.has(name)),
      dynamicImports: this.#dynamicImports,
      requires: this.#declared.has("require") ? [] : this.#requires,
      resolved: this.#resolved,
      classes: body.flatMap((statement) => classNameOf(statement) ?? []),
    };
  }

  #call(callee: Node, args: readonly Node[]): void {
    const specifier = literalOf(args[0]);
    if (callee.type === "Import" && specifier === undefined) this.#dynamicImports.push(spanOf(callee).start);
    const isResolve =
      callee.type === "MemberExpression" &&
      callee.object.type === "MetaProperty" &&
      callee.property.type === "Identifier" &&
      callee.property.name === "resolve";
    if (isResolve && specifier !== undefined) this.#resolved.push(specifier);
  }

  #declaration(node: Node): void {
    const patterns: (Node | null | undefined)[] = [];
    if (node.type === "VariableDeclarator") patterns.push(node.id);
    if (node.type === "CatchClause") patterns.push(node.param);
    if ("params" in node && Array.isArray(node.params)) patterns.push(...node.params);
    if (/^(?:Function|Class|TSEnum|TSModule)(?:Declaration|Expression)$/.test(node.type) && "id" in node) patterns.push(node.id as Node | null);
    for (const pattern of patterns) if (pattern) for (const name of patternNames(pattern as LVal)) this.#declared.add(name);
  }
}

function classNameOf(statement: Statement): string | undefined {
  const declaration = statement.type === "ExportDefaultDeclaration" ? statement.declaration : declarationOf(statement);
  if (declaration.type !== "ClassDeclaration" || declaration.declare || declaration.decorators?.length) return undefined;
  const namesItself = declaration.body.body.some((member) => "static" in member && member.static && "key" in member && nameOf(member.key) === "name");
  return namesItself ? undefined : declaration.id?.name;
}

function nameOf(key: Node): string | undefined {
  return key.type === "Identifier" ? key.name : literalOf(key);
}

/** The value of a string literal, or of a template without substitutions. */
function literalOf(node: Node | Comment | undefined): string | undefined {
  if (node?.type === "StringLiteral") return node.value;
  if (node?.type === "TemplateLiteral" && node.quasis.length === 1) return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** Whether an identifier in this place stands for a variable's value. */
export function isReference(name: string, parent: Node, key: string): boolean {
  switch (parent.type) {
    case "MemberExpression":
    case "OptionalMemberExpression":
      return key === "object" || parent.computed;
    case "JSXMemberExpression":
      return key === "object";
    case "ObjectProperty":
    case "ObjectMethod":
    case "ClassProperty":
    case "ClassAccessorProperty":
    case "ClassMethod":
      return key !== "key" || parent.computed;
    case "JSXOpeningElement":
      return !/^[a-z]/.test(name);
    case "ExportSpecifier":
      return key === "local";
    case "ExportNamedDeclaration":
    case "ImportDeclaration":
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "ImportAttribute":
    case "ExportNamespaceSpecifier":
    case "MetaProperty":
    case "PrivateName":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "JSXAttribute":
    case "JSXNamespacedName":
    case "JSXClosingElement":
      return false;
    case "TSEnumMember":
      return key !== "id";
    default:
      return true;
  }
}
