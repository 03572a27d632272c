import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "@babel/parser";

/** What the walk has to know of a node of the syntax tree. */
interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}
interface Body {
  readonly throws: boolean;
  /** Names of the functions it calls: `check` as it is, a method of its own object as `Class.method`. */
  readonly calls: ReadonlySet<string>;
}

/**
 * The functions and methods of the library (`wait`, `Future.result`, `Future.#settle`) that can throw, or whose promise can reject: those with a `throw`
 * that they do not catch, and those that call one of these by its name, or on `this`. Errors of other objects' methods, of Node, and of user code are not seen.
 */
export function throwingFunctions(folder: string): Set<string> {
  const bodies = new Map<string, Body>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const { program } = parse(readFileSync(path.join(folder, file), "utf8"), { sourceType: "module", plugins: ["typescript"] });
    for (const statement of program.body as unknown as Node[]) {
      const declaration = (statement["declaration"] as Node | undefined) ?? statement;
      const name = nameOf(declaration["id"]);
      if (declaration.type === "FunctionDeclaration" && name) bodies.set(name, bodyOf(declaration));
      if (declaration.type !== "ClassDeclaration" || !name) continue;
      for (const member of (declaration["body"] as { body: Node[] }).body) {
        const memberName = nameOf(member["key"]);
        if (memberName && /Method$/.test(member.type)) bodies.set(`${name}.${memberName}`, bodyOf(member, name));
      }
    }
  }
  const throwing = new Set([...bodies].filter(([, { throws }]) => throws).map(([name]) => name));
  for (let before = -1; before !== throwing.size; ) {
    before = throwing.size;
    for (const [name, { calls }] of bodies) if ([...calls].some((called) => throwing.has(called))) throwing.add(name);
  }
  return throwing;
}

function nameOf(key: unknown): string | undefined {
  const node = key as Node | undefined;
  return node?.type === "PrivateName" ? `#${nameOf(node["id"])}` : (node?.["name"] as string | undefined);
}

function bodyOf(root: Node, className = ""): Body {
  const calls = new Set<string>();
  let throws = false;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    const node = value as Node | null;
    if (typeof node?.type !== "string") return;
    if (node.type === "ThrowStatement") throws = true;
    if (node.type === "CallExpression") {
      const callee = node["callee"] as Node;
      const isOwn = callee.type === "MemberExpression" && (callee["object"] as Node).type === "ThisExpression";
      const name = nameOf(isOwn ? callee["property"] : callee);
      if (name) calls.add(isOwn ? `${className}.${name}` : name);
    }
    const caught = node.type === "TryStatement" && node["handler"] ? node["block"] : undefined;
    for (const child of Object.values(node)) if (child !== caught && typeof child === "object") visit(child);
  };
  visit(root["body"]);
  return { throws, calls };
}
