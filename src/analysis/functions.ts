/** Finds the functions that can be reached from a module's top level. */
import type { Class, Expression, Function as FunctionNode, ObjectExpression, Statement, VariableDeclaration } from "@babel/types";
import type { JSDocFinder } from "./jsDoc.js";
import { parametersOf } from "./parameters.js";
import { declarationOf, spanOf, unwrap } from "./syntax.js";
import type { SourceText, Span } from "./text.js";
import type { FunctionInfo, ModuleAnalysis } from "./types.js";

type Kind = FunctionInfo["kind"];

export class FunctionCollector {
  readonly #source: SourceText;
  readonly #jsDoc: JSDocFinder;
  readonly #format: ModuleAnalysis["format"];
  readonly #functions = new Map<string, FunctionInfo>();
  /** Start of the first overload signature of the function that comes next. */
  #overloads: number | undefined;

  constructor(source: SourceText, jsDoc: JSDocFinder, format: ModuleAnalysis["format"]) {
    this.#source = source;
    this.#jsDoc = jsDoc;
    this.#format = format;
  }

  /** @returns the functions in source order. */
  collect(body: readonly Statement[]): FunctionInfo[] {
    for (const statement of body) {
      this.#statement(statement);
      if (!isOverload(statement)) this.#overloads = undefined;
    }
    return [...this.#functions.values()].sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
  }

  #statement(statement: Statement): void {
    const whole = spanOf(statement);
    if (isOverload(statement)) {
      this.#overloads ??= whole.start;
      return;
    }
    if (statement.type === "ExportDefaultDeclaration") {
      this.#exportDefault(statement.declaration, whole);
      return;
    }
    const declaration = declarationOf(statement);
    if ("declare" in declaration && declaration.declare) return;
    switch (declaration.type) {
      case "FunctionDeclaration":
        if (declaration.id) this.#add(declaration.id.name, "declaration", declaration, whole, spanOf(declaration.id));
        break;
      case "ClassDeclaration":
        if (declaration.id) this.#class(declaration.id.name, declaration);
        break;
      case "VariableDeclaration":
        this.#variables(declaration, whole);
        break;
      case "TSExportAssignment":
        this.#value("module.exports", declaration.expression, whole, { start: whole.start, end: whole.start + "export".length });
        break;
      case "ExpressionStatement":
        if (this.#format === "commonjs") this.#assignment(declaration.expression, whole);
        break;
    }
  }

  #exportDefault(declaration: Expression | Statement, whole: Span): void {
    const start = this.#source.text.indexOf("default", whole.start);
    const keyword = { start, end: start + "default".length };
    if (declaration.type === "FunctionDeclaration") {
      this.#add(declaration.id?.name ?? "default", "declaration", declaration, whole, declaration.id ? spanOf(declaration.id) : keyword);
    } else if (declaration.type === "ClassDeclaration") {
      this.#class(declaration.id?.name ?? "default", declaration);
    } else {
      this.#value("default", declaration as Expression, whole, keyword);
    }
  }

  #variables({ declarations }: VariableDeclaration, whole: Span): void {
    for (const declarator of declarations) {
      if (declarator.id.type !== "Identifier" || !declarator.init) continue;
      const { name, start } = declarator.id;
      this.#value(name, declarator.init, declarations.length === 1 ? whole : spanOf(declarator), { start: start!, end: start! + name.length });
    }
  }

  /** `module.exports = …`, `exports.fib = …` */
  #assignment(expression: Expression, whole: Span): void {
    if (expression.type !== "AssignmentExpression" || expression.operator !== "=" || expression.left.type !== "MemberExpression") return;
    const { left, right } = expression;
    const path = this.#source.slice(spanOf(left)).replace(/\s+/g, "");
    const name = /^(?:module\.)?exports\.([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u.exec(path)?.[1];
    if (path === "module.exports") this.#value(path, right, whole, spanOf(left));
    else if (name !== undefined) this.#value(`exports.${name}`, right, whole, spanOf(left.property));
  }

  #value(name: string, wrapped: Expression, whole: Span, nameSpan: Span): void {
    const value = unwrap(wrapped);
    switch (value.type) {
      case "ArrowFunctionExpression":
        this.#add(name, name.startsWith("exports.") ? "objectMember" : "arrow", value, whole, nameSpan);
        break;
      case "FunctionExpression":
        this.#add(name, name.startsWith("exports.") ? "objectMember" : "expression", value, whole, nameSpan);
        break;
      case "ClassExpression":
        this.#class(name, value);
        break;
      case "ObjectExpression":
        this.#object(name === "module.exports" ? "exports" : name, value);
        break;
    }
  }

  #class(name: string, node: Class): void {
    let overloads: number | undefined;
    for (const member of node.body.body) {
      if (member.type === "TSDeclareMethod") {
        if (member.static) overloads ??= member.start!;
        continue;
      }
      this.#overloads = overloads;
      overloads = undefined;
      if ((member.type !== "ClassMethod" && member.type !== "ClassProperty") || !member.static || member.computed) continue;
      if (member.accessibility === "private" || member.accessibility === "protected") continue;
      if (member.type === "ClassMethod" && member.kind === "method") this.#member(name, "staticMethod", member.key, member, spanOf(member));
      if (member.type === "ClassProperty" && member.value) this.#member(name, "staticMethod", member.key, member.value, spanOf(member));
    }
    this.#overloads = undefined;
  }

  #object(name: string, node: ObjectExpression): void {
    for (const member of node.properties) {
      if (member.type === "SpreadElement" || member.computed) continue;
      if (member.type === "ObjectMethod" && member.kind === "method") this.#member(name, "objectMember", member.key, member, spanOf(member));
      if (member.type === "ObjectProperty") this.#member(name, "objectMember", member.key, member.value as Expression, spanOf(member));
    }
  }

  #member(owner: string, kind: Kind, key: Expression | { type: "PrivateName" }, value: FunctionNode | Expression, whole: Span): void {
    const node = value.type === "ObjectMethod" || value.type === "ClassMethod" ? value : unwrap(value as Expression);
    if (!("params" in node) || (key.type !== "Identifier" && key.type !== "StringLiteral")) return;
    const text = key.type === "Identifier" ? key.name : key.value;
    const name = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) ? `${owner}.${text}` : `${owner}[${JSON.stringify(text)}]`;
    this.#add(name, kind, node, whole, spanOf(key));
  }

  #add(name: string, kind: Kind, node: FunctionNode, whole: Span, nameSpan: Span): void {
    const first = this.#overloads ?? whole.start;
    const jsDoc = this.#jsDoc.above(whole.start) ?? this.#jsDoc.above(first);
    const full = { start: this.#jsDoc.above(first)?.start ?? first, end: whole.end };
    this.#functions.set(name, {
      name,
      kind,
      async: node.async === true,
      generator: node.generator === true,
      parameters: parametersOf(node, this.#source),
      ...(jsDoc ? { jsDoc: jsDoc.text } : {}),
      range: this.#source.range(whole),
      fullRange: this.#source.range(full),
      nameRange: this.#source.range(nameSpan),
    });
  }
}

function isOverload(statement: Statement): boolean {
  const declaration = statement.type === "ExportDefaultDeclaration" ? statement.declaration : declarationOf(statement);
  return declaration.type === "TSDeclareFunction" && declaration.declare !== true;
}
