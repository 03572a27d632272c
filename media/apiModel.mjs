// @ts-check
// What the library exports, read from its declarations in dist/types/: names, signatures, docstrings. For the API page and for the tests of the docstrings.
// By hand, over the parser that is here already: TypeDoc needs the JavaScript API of TypeScript 5 beside the compiler, and writes 4,700 lines where
// one page is wanted, since it repeats in each error class what Node says of Error.
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "@babel/parser";

/**
 * A docstring, in its parts.
 * @typedef {object} Doc
 * @property {string} text Everything, tags too.
 * @property {string} description What stands before the first tag.
 * @property {ReadonlyMap<string, string>} params By name.
 * @property {string | undefined} returns
 * @property {readonly string[]} throws
 */

/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {string} type As it is written; empty if it is not.
 */

/**
 * A member of a class or an interface; overloads are one member.
 * @typedef {object} Member
 * @property {string} name
 * @property {"property" | "accessor" | "method" | "constructor"} kind
 * @property {readonly string[]} signatures
 * @property {readonly Parameter[]} parameters Of all overloads.
 * @property {string} type Of a property or accessor, without `undefined` if it is optional; else empty.
 * @property {boolean} optional
 * @property {boolean} isProtected
 * @property {Doc | undefined} doc
 */

/**
 * Something that the library exports.
 * @typedef {object} Exported
 * @property {string} name
 * @property {"class" | "interface" | "function" | "type" | "constant"} kind
 * @property {string} file Of its declaration, from the folder of the library, without ending: `pool/options`.
 * @property {readonly string[]} signatures Of a class or interface its head, of all others the whole declaration.
 * @property {readonly Parameter[]} parameters Of all overloads of a function.
 * @property {readonly string[]} parents What it extends and implements, by name, without type arguments.
 * @property {Doc | undefined} doc
 * @property {readonly Member[]} members Public and protected ones.
 */

/** Signatures longer than this are broken, a parameter a line. */
const signatureWidth = 110;

/**
 * @param {string} [types] The folder of the library's declarations.
 * @returns {Exported[]} In the order of index.ts.
 */
export function readApi(types = path.resolve("dist", "types", "futures")) {
  const exported = [];
  for (const statement of read(path.join(types, "index.d.ts")).nodes) {
    if (statement.type !== "ExportNamedDeclaration" || !statement.source) continue;
    const file = statement.source.value.replace(/^\.\/|\.js$/g, "");
    const module = read(path.join(types, `${file}.d.ts`));
    for (const { exported: name } of statement.specifiers) exported.push(describe(name.name, file, module));
  }
  return exported;
}

/** @param {string} file */
function read(file) {
  const text = readFileSync(file, "utf8");
  /** @type {any[]} */
  const nodes = parse(text, { sourceType: "module", plugins: [["typescript", { dts: true }]] }).program.body;
  return { text, nodes };
}

/**
 * @param {string} name
 * @param {string} file
 * @param {{ text: string, nodes: any[] }} module
 * @returns {Exported}
 */
function describe(name, file, { text, nodes }) {
  const statements = nodes.filter((node) => node.type === "ExportNamedDeclaration" && node.declaration && nameOf(node.declaration) === name);
  const declarations = statements.map((node) => node.declaration);
  const [first] = declarations;
  if (!first) throw new Error(`${file}.d.ts does not declare ${name}`);
  const doc = docOf(statements.flatMap((node) => [node, node.declaration]));
  const common = { name, file, doc, parameters: [], parents: [], members: [] };
  switch (first.type) {
    case "TSDeclareFunction":
      return {
        ...common,
        kind: "function",
        signatures: declarations.map((node) => signatureOf(node, text)),
        parameters: declarations.flatMap((node) => parametersOf(node, text)),
      };
    case "ClassDeclaration":
    case "TSInterfaceDeclaration":
      return {
        ...common,
        kind: first.type === "ClassDeclaration" ? "class" : "interface",
        signatures: [tidy(text.slice(first.start, first.body.start))],
        parents: [first.superClass, ...[...(first.extends ?? []), ...(first.implements ?? [])].map((node) => node.expression)]
          .filter(Boolean)
          .map((node) => node.name),
        members: membersOf(first.body.body, text),
      };
    case "VariableDeclaration":
      return { ...common, kind: "constant", signatures: [tidy(text.slice(first.start, first.end))] };
    default:
      return { ...common, kind: "type", signatures: [tidy(text.slice(first.start, first.end))] };
  }
}

/** @param {any} declaration */
function nameOf(declaration) {
  return (declaration.id ?? declaration.declarations?.[0]?.id)?.name;
}

/**
 * @param {any[]} nodes
 * @param {string} text
 * @returns {Member[]}
 */
function membersOf(nodes, text) {
  /** @type {Map<string, any[]>} */
  const byName = new Map();
  for (const node of nodes) {
    const { key } = node;
    if (!key || key.type === "PrivateName" || node.accessibility === "private") continue;
    const name = node.computed ? `[${text.slice(key.start, key.end)}]` : (key.name ?? key.value);
    byName.set(name, [...(byName.get(name) ?? []), node]);
  }
  return [...byName].map(([name, overloads]) => {
    const [node] = overloads;
    const kind = kindOf(node);
    const isMethod = kind === "method" || kind === "constructor";
    const annotation = kind === "accessor" ? (node.returnType ?? node.typeAnnotation) : node.typeAnnotation;
    const value = node.value ? text.slice(node.value.start, node.value.end) : "";
    const type = isMethod ? "" : annotation ? tidy(text.slice(annotation.typeAnnotation.start, annotation.end)) : value;
    return {
      name,
      kind,
      signatures: overloads.map((overload) => signatureOf(overload, text)),
      parameters: overloads.flatMap((overload) => parametersOf(overload, text)),
      type: node.optional ? type.replace(/ \| undefined$/, "").replace(/^\((.*)\)$/s, "$1") : type,
      optional: Boolean(node.optional),
      isProtected: node.accessibility === "protected",
      doc: docOf(overloads),
    };
  });
}

/**
 * @param {any} node
 * @returns {Member["kind"]}
 */
function kindOf(node) {
  if (node.kind === "constructor" || node.kind === "get" || node.kind === "set") return node.kind === "constructor" ? "constructor" : "accessor";
  return /Method/.test(node.type) ? "method" : "property";
}

/**
 * @param {any} node
 * @param {string} text
 * @returns {Parameter[]}
 */
function parametersOf(node, text) {
  return (node.params ?? node.parameters ?? []).map((/** @type {any} */ parameter) => {
    const target = parameter.type === "RestElement" ? parameter.argument : parameter;
    const annotation = parameter.typeAnnotation ?? target.typeAnnotation;
    return { name: target.name ?? "", type: annotation ? tidy(text.slice(annotation.typeAnnotation.start, annotation.end)) : "" };
  });
}

/**
 * @param {any} node
 * @param {string} text
 */
function signatureOf(node, text) {
  const whole = tidy(text.slice(node.start, node.end));
  const parameters = node.params ?? node.parameters ?? [];
  if (whole.length <= signatureWidth || parameters.length === 0) return whole;
  const head = tidy(text.slice(node.start, parameters[0].start));
  const tail = tidy(text.slice(parameters.at(-1).end, node.end));
  return `${head}\n${parameters.map((/** @type {any} */ each) => `  ${tidy(text.slice(each.start, each.end))},\n`).join("")}${tail}`;
}

/** On one line, and without what every declaration says. @param {string} code */
function tidy(code) {
  return code
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/^(export )?(declare )?/, "")
    .replace(/;$/, "")
    .trim();
}

/**
 * The docstring of the first of some nodes that has one.
 * @param {any[]} nodes
 * @returns {Doc | undefined}
 */
function docOf(nodes) {
  for (const { leadingComments = [] } of nodes) {
    const comment = leadingComments.findLast((/** @type {any} */ each) => each.type === "CommentBlock" && each.value.startsWith("*"));
    if (comment) return docFrom(comment.value.slice(1));
  }
  return undefined;
}

/**
 * @param {string} comment Without its stars at beginning and end.
 * @returns {Doc}
 */
export function docFrom(comment) {
  const text = comment.replace(/^[ \t]*\* ?/gm, "").trim();
  const [description = "", ...tags] = text.split(/^@(?=\w)|\s@(?=(?:param|returns|throws)\b)/m).map((part) => part.trim());
  const params = new Map();
  const throws = [];
  let returns;
  for (const tag of tags) {
    const [, name = "", rest = ""] = /^(\w+)\s*([\s\S]*)$/.exec(tag) ?? [];
    if (name === "param") {
      const [, parameter = "", meaning = ""] = /^([\w.]+)\s*-?\s*([\s\S]*)$/.exec(rest) ?? [];
      params.set(parameter, meaning);
    } else if (name === "returns") returns = rest;
    else if (name === "throws") throws.push(rest);
  }
  return { text, description, params, returns, throws };
}

/**
 * The docstring of a member: its own, or that of the member of the same name that it takes the place of.
 * @param {Exported} owner
 * @param {Member} member
 * @param {readonly Exported[]} api
 * @returns {{ doc: Doc, from: Exported } | undefined}
 */
export function docOfMember(owner, member, api) {
  if (member.doc) return { doc: member.doc, from: owner };
  for (const name of owner.parents) {
    const parent = api.find((each) => each.name === name);
    const overridden = parent?.members.find((each) => each.name === member.name);
    const found = parent && overridden && docOfMember(parent, overridden, api);
    if (found) return found;
  }
  return undefined;
}
