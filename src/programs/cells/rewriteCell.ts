/**
 * What a cell declares at its top level outlives it: such names become properties of the session's scope, and so does every name that is neither
 * declared nor global, as a cell that runs later may declare it. All else stays as it is, so code within functions is as fast as ever.
 */
import type { ClassDeclaration, Expression, FunctionDeclaration, ImportDeclaration, Node, Statement, VariableDeclaration } from "@babel/types";
import MagicString from "magic-string";
import { patternIdentifiers } from "../../analysis/bindings.js";
import { type OuterName, varNames, visitOuterNames } from "../../analysis/notebook/outerNames.js";
import type { ParsedText } from "../../analysis/parse.js";
import { spanOf } from "../../analysis/syntax.js";
import { cellNames, cellParameters, moduleName } from "./names.js";
import type { CellImport, DeclaredName, NameKind, SessionNames } from "./types.js";

export interface RewrittenCell {
  readonly text: MagicString;
  readonly declared: readonly DeclaredName[];
  readonly imports: readonly CellImport[];
  readonly hasResult: boolean;
}

/**
 * Rewrites the JavaScript of a cell.
 * @param known what cells before have declared.
 * @param globals names that are there without any declaration.
 */
export function rewriteCell(code: string, parsed: ParsedText, known: SessionNames, globals: ReadonlySet<string>): RewrittenCell {
  const rewriter = new CellRewriter(code, known, globals);
  for (const statement of parsed.body) rewriter.declare(statement);
  visitOuterNames(parsed.body, { outerName: (found) => rewriter.name(found), node: (node, parent, isTop) => rewriter.node(node, parent, isTop) });
  return rewriter.result(parsed);
}

class CellRewriter {
  readonly #text: MagicString;
  readonly #known: SessionNames;
  readonly #globals: ReadonlySet<string>;
  readonly #declared = new Map<string, DeclaredName>();
  readonly #imports: CellImport[] = [];
  /** Declared before anything runs. */
  readonly #hoisted: string[] = [];
  /** Identifiers by which names are declared. */
  readonly #targets = new Set<Node>();
  /** Identifiers that stand no more. */
  readonly #removed = new Set<Node>();

  constructor(code: string, known: SessionNames, globals: ReadonlySet<string>) {
    this.#text = new MagicString(code);
    this.#known = known;
    this.#globals = globals;
  }

  /** Takes down what a statement of the top level declares. */
  declare(statement: Statement): void {
    const inner = declarationIn(statement);
    if (inner.type === "ImportDeclaration") this.#declareImport(inner);
    if ((inner.type === "ExportAllDeclaration" || inner.type === "ExportNamedDeclaration") && inner.source)
      this.#import({ module: inner.source.value });
    if (inner.type === "VariableDeclaration" && inner.kind !== "var") {
      const kind = inner.kind === "let" ? "let" : "const";
      for (const { id } of inner.declarations) for (const { name } of patternIdentifiers(id)) this.#declare(name, kind);
    }
    if (inner.type === "FunctionDeclaration") this.#declare(inner.id?.name ?? "default", "function");
    if (inner.type === "ClassDeclaration") this.#declare(inner.id?.name ?? "default", "class");
    for (const name of varNames(inner)) {
      this.#declare(name, "var");
      this.#hoisted.push(`${cellNames.declare}.${name} = undefined;`);
    }
  }

  name({ name, node, parent, key, above }: OuterName): void {
    if (this.#removed.has(node)) return;
    const place = this.#placeOf(name, node, isAssigned(parent, key, above));
    if (place === undefined) return;
    const { start, end } = spanOf(node);
    const isShorthand = [parent, above].some((each) => each?.type === "ObjectProperty" && each.shorthand && spanOf(each).start === start);
    const isCalled = key === "callee" && (parent.type === "CallExpression" || parent.type === "OptionalCallExpression");
    const isTag = key === "tag" && parent.type === "TaggedTemplateExpression";
    const isAsked = parent.type === "UnaryExpression" && parent.operator === "typeof" && place.startsWith(`${cellNames.scope}.`);
    if (isAsked) this.#text.update(start, end, `${cellNames.session}.maybe(${JSON.stringify(name)})`);
    // Without a comma the function would get the scope as `this`.
    else this.#text.update(start, end, isCalled || isTag ? `(0, ${place})` : isShorthand ? `${name}: ${place}` : place);
    if (parent.type === "AssignmentExpression" && key === "left" && parent.operator === "=") this.#keepName(name, parent.right);
  }

  /** @param isTop no function is around it. */
  node(node: Node, parent: Node | undefined, isTop: boolean): void {
    const { start, end } = spanOf(node);
    if ("body" in node && /^(?:For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type))
      this.#loop(node.body as Node, node.type === "ForOfStatement" && node.await);
    // The code of a cell that was given up ends where it would go on.
    if (node.type === "AwaitExpression") this.#text.prependRight(start, `${cellNames.session}.resumed(`).appendLeft(end, ")");
    if (node.type === "Import") this.#text.update(start, end, `${cellNames.session}.import`);
    if (node.type === "MetaProperty" && node.meta.name === "import") this.#text.update(start, end, `${cellNames.session}.meta`);
    const isStatement = parent === undefined || isExport(parent);
    if (node.type === "VariableDeclaration" && isTop && (isStatement || node.kind === "var")) this.#variables(node, parent);
    if (!isStatement) return;
    if (node.type === "ImportDeclaration" || node.type === "ExportAllDeclaration") this.#text.remove(start, end);
    if (isExport(node)) this.#export(node);
    if (node.type === "FunctionDeclaration") this.#function(node);
    if (node.type === "ClassDeclaration") this.#class(node);
  }

  result({ body, directives }: ParsedText): RewrittenCell {
    const last = body.filter(({ type }) => type !== "EmptyStatement" && type !== "ExportNamedDeclaration").at(-1);
    const result = last?.type === "ExpressionStatement" ? last.expression : last ? undefined : directives.at(-1)?.value;
    if (result) {
      // Parentheses around it are no part of it.
      const from = last ? spanOf(last).start : spanOf(result).start;
      const to = last ? statementEnd(this.#text.original, spanOf(last).end) : spanOf(result).end;
      this.#text.prependRight(from, "return [").appendLeft(to, "]");
    }
    this.#text.prepend(`export default async (${cellParameters}) => { ${this.#hoisted.join(" ")}\n`);
    this.#text.append("\n};\n");
    return { text: this.#text, declared: [...this.#declared.values()], imports: this.#imports, hasResult: result !== undefined };
  }

  #declareImport({ source: { value: module }, specifiers, attributes }: ImportDeclaration): void {
    for (const specifier of specifiers) {
      const { type, local } = specifier;
      const name = type === "ImportNamespaceSpecifier" ? "*" : type === "ImportDefaultSpecifier" ? "default" : textOf(specifier.imported);
      this.#declared.set(local.name, { name: local.name, kind: "import", from: { module, name } });
    }
    const given = Object.fromEntries(attributes?.map(({ key, value }) => [textOf(key), value.value]) ?? []);
    this.#import(Object.keys(given).length > 0 ? { module, attributes: given } : { module });
  }

  #declare(name: string, kind: NameKind): void {
    this.#declared.set(name, { name, kind });
  }

  #import(wanted: CellImport): void {
    if (!this.#imports.some(({ module }) => module === wanted.module)) this.#imports.push(wanted);
  }

  /** What stands for a name; `undefined`: the name itself. */
  #placeOf(name: string, node: Node, isAssignment: boolean): string | undefined {
    if (this.#targets.has(node)) return `${cellNames.declare}.${name}`;
    const known = this.#declared.get(name) ?? this.#known.get(name);
    if (!known && this.#globals.has(name)) return undefined;
    if (isAssignment && (known?.kind === "const" || known?.from)) return `${cellNames.session}.constant.${name}`;
    if (!known?.from) return `${cellNames.scope}.${name}`;
    const module = `${cellNames.scope}[${JSON.stringify(moduleName(known.from.module))}]`;
    return known.from.name === "*" ? module : `${module}[${JSON.stringify(known.from.name)}]`;
  }

  #variables(node: VariableDeclaration, parent: Node | undefined): void {
    const { start } = spanOf(node);
    const isHead = parent?.type === "ForInStatement" || parent?.type === "ForOfStatement";
    this.#text.remove(start, spanOf(node.declarations[0] as Node).start);
    for (const { id, init, ...declarator } of node.declarations) {
      const span = spanOf(declarator as Node);
      const names = patternIdentifiers(id);
      for (const identifier of names) this.#targets.add(identifier);
      if (isHead) continue;
      if (init && id.type === "Identifier") this.#keepName(id.name, init);
      if (init) this.#text.prependRight(span.start, "(").appendLeft(span.end, ")");
      else if (node.kind !== "var") this.#text.appendLeft(span.end, " = undefined");
      else {
        for (const identifier of names) this.#removed.add(identifier); // the name is declared already, and keeps its value
        this.#text.update(span.start, span.end, "undefined");
      }
    }
  }

  /** A function without a name gets that of what it is assigned to, but for a property it does not. */
  #keepName(name: string, value: Expression): void {
    const isAnonymous =
      value.type === "ArrowFunctionExpression" || ((value.type === "FunctionExpression" || value.type === "ClassExpression") && !value.id);
    if (!isAnonymous) return;
    const { start, end } = spanOf(value);
    this.#text.prependRight(start, `{ [${JSON.stringify(name)}]: `).appendLeft(end, ` }.${name}`);
  }

  /** An endless loop is left by what is in each. */
  #loop(body: Node, hasWaited: boolean): void {
    const { start, end } = spanOf(body);
    const check = hasWaited ? `${cellNames.session}.resumed();` : `${cellNames.flag}[0] && ${cellNames.session}.stop();`;
    if (body.type === "BlockStatement") this.#text.appendLeft(start + 1, ` ${check}`);
    else this.#text.appendLeft(start, `{ ${check} `).appendLeft(end, " }");
  }

  #function(node: FunctionDeclaration): void {
    const { start, end } = spanOf(node);
    if (node.id) this.#hoisted.push(`${cellNames.declare}.${node.id.name} = ${node.id.name};`);
    else this.#text.prependRight(start, `${cellNames.declare}.default = `).appendLeft(end, ";");
  }

  #class(node: ClassDeclaration): void {
    const { start, end } = spanOf(node);
    this.#text.prependRight(start, `${cellNames.declare}.${node.id?.name ?? "default"} = `).appendLeft(end, ";");
  }

  /** A cell exports nothing: what it declares is there for all cells anyway. */
  #export(node: Extract<Node, { type: "ExportNamedDeclaration" | "ExportDefaultDeclaration" }>): void {
    const { start, end } = spanOf(node);
    if (!node.declaration) {
      this.#text.remove(start, end);
      return;
    }
    this.#text.remove(start, spanOf(node.declaration).start);
    if (/^(?:Function|Class|Variable)Declaration$/.test(node.declaration.type)) return;
    this.#declare("default", "const");
    this.#text.appendLeft(start, `${cellNames.declare}.default = `);
  }
}

function declarationIn(statement: Statement): Statement {
  return isExport(statement) && statement.declaration ? (statement.declaration as Statement) : statement;
}

function isExport(node: Node): node is Extract<Node, { type: "ExportNamedDeclaration" | "ExportDefaultDeclaration" }> {
  return node.type === "ExportNamedDeclaration" || node.type === "ExportDefaultDeclaration";
}

/** Whether an identifier in this place is given a value. */
function isAssigned(parent: Node, key: string, above: Node | undefined): boolean {
  switch (parent.type) {
    case "AssignmentExpression":
    case "AssignmentPattern":
    case "ForInStatement":
    case "ForOfStatement":
      return key === "left";
    case "UpdateExpression":
    case "ArrayPattern":
    case "RestElement":
      return true;
    case "ObjectProperty":
      return key === "value" && above?.type === "ObjectPattern";
    default:
      return false;
  }
}

/** Where a statement ends, without its semicolon. */
function statementEnd(text: string, end: number): number {
  return text[end - 1] === ";" ? end - 1 : end;
}

function textOf(name: { readonly type: "Identifier"; readonly name: string } | { readonly type: "StringLiteral"; readonly value: string }): string {
  return name.type === "Identifier" ? name.name : name.value;
}
