/** Which names in a text mean something outside of all its functions and blocks: those of its own top level, and those that it does not declare. */
import type { Node, Statement } from "@babel/types";
import { patternNames } from "../bindings.js";
import { isReference } from "../references.js";

/** A name that no function, block or class of the text binds. */
export interface OuterName {
  readonly name: string;
  readonly node: Node;
  readonly parent: Node;
  /** The property of the parent that holds it. */
  readonly key: string;
  /** The parent's parent. */
  readonly above: Node | undefined;
}

/** What is called on the way through a tree. */
export interface Visitor {
  outerName?(found: OuterName): void;
  /** Every node, before those below it. `isTop`: no function is around it. */
  node?(node: Node, parent: Node | undefined, isTop: boolean): void;
}

interface Scope {
  readonly names: Set<string>;
  /** Takes `var`s. */
  readonly isFunction: boolean;
}

/**
 * Goes through a text of JavaScript, without TypeScript and JSX.
 * @param body its top level, whose declarations are outer names themselves.
 */
export function visitOuterNames(body: readonly Statement[], visitor: Visitor): void {
  const walker = new Walker(visitor);
  for (const statement of body) walker.visit(statement, undefined, "", undefined);
}

class Walker {
  readonly #visitor: Visitor;
  readonly #scopes: Scope[] = [];

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  visit(node: Node, parent: Node | undefined, key: string, above: Node | undefined): void {
    if (node.type === "Identifier") {
      this.#identifier(node, parent, key, above);
      return;
    }
    this.#visitor.node?.(node, parent, !this.#scopes.some(({ isFunction }) => isFunction));
    const scope = scopeOf(node, parent);
    if (scope) this.#scopes.push(scope);
    for (const [name, value] of Object.entries(node)) {
      if (name === "extra" || name === "loc") continue;
      if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) this.visit(item, node, name, parent);
      } else if (isNode(value)) this.visit(value, node, name, parent);
    }
    if (scope) this.#scopes.pop();
  }

  #identifier(node: Node & { name: string }, parent: Node | undefined, key: string, above: Node | undefined): void {
    const { name } = node;
    if (!parent || (parent.type === "FunctionDeclaration" && key === "id")) return;
    if (!isReference(name, parent, key) || this.#scopes.some(({ names }) => names.has(name))) return;
    if (name === "arguments" && this.#scopes.some(({ isFunction }) => isFunction)) return;
    this.#visitor.outerName?.({ name, node, parent, key, above });
  }
}

/** The names that a node binds for what is below it; `undefined`: it binds none. */
function scopeOf(node: Node, parent: Node | undefined): Scope | undefined {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassPrivateMethod": {
      const names = new Set(node.params.flatMap((pattern) => patternNames(pattern as never)));
      if (node.type === "FunctionExpression" && node.id) names.add(node.id.name);
      if (node.body.type === "BlockStatement") {
        addVars(node.body, names);
        addLexical(node.body.body, names);
      }
      return { names, isFunction: true };
    }
    case "StaticBlock": {
      const names = new Set<string>();
      addVars(node, names);
      addLexical(node.body, names);
      return { names, isFunction: true };
    }
    case "ClassProperty":
    case "ClassPrivateProperty":
    case "ClassAccessorProperty":
      return { names: new Set(), isFunction: true };
    case "ClassExpression":
    case "ClassDeclaration":
      return node.id ? { names: new Set([node.id.name]), isFunction: false } : undefined;
    case "BlockStatement": {
      if (parent && "params" in parent) return undefined; // bound with the parameters
      const names = new Set<string>();
      addLexical(node.body, names);
      return { names, isFunction: false };
    }
    case "SwitchStatement": {
      const names = new Set<string>();
      for (const { consequent } of node.cases) addLexical(consequent, names);
      return { names, isFunction: false };
    }
    case "ForStatement":
      return node.init ? lexicalScope(node.init) : undefined;
    case "ForInStatement":
    case "ForOfStatement":
      return lexicalScope(node.left);
    case "CatchClause":
      return { names: new Set(node.param ? patternNames(node.param as never) : []), isFunction: false };
    default:
      return undefined;
  }
}

function lexicalScope(node: Node): Scope {
  const names = new Set<string>();
  addLexical([node], names);
  return { names, isFunction: false };
}

/** What `let`, `const`, classes and functions bind in a block. */
function addLexical(nodes: readonly Node[], names: Set<string>): void {
  for (const node of nodes) {
    if (node.type === "VariableDeclaration" && node.kind !== "var") {
      for (const { id } of node.declarations) for (const name of patternNames(id)) names.add(name);
    }
    if ((node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") && node.id) names.add(node.id.name);
  }
}

/** What `var` binds in a statement, functions within it left out. */
export function varNames(statement: Node): string[] {
  const names = new Set<string>();
  addVars(statement, names);
  return [...names];
}

/** What `var` binds anywhere in a function. */
function addVars(node: Node, names: Set<string>): void {
  if (node.type === "VariableDeclaration" && node.kind === "var") {
    for (const { id } of node.declarations) for (const name of patternNames(id)) names.add(name);
  }
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (isNode(item) && !/Function|Method|^Class|^StaticBlock$|Expression$/.test(item.type)) addVars(item, names);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value && typeof value.type === "string";
}
