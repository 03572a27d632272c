// @ts-check
// npm run api: writes media/api.md from the docstrings of the library. A test tells when the page is not what this makes of them.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { docOfMember, readApi } from "./apiModel.mjs";

/** @import { Doc, Exported, Member, Parameter } from "./apiModel.mjs" */

const pageFile = path.join(path.dirname(fileURLToPath(import.meta.url)), "api.md");

/**
 * The page, as Markdown.
 * @param {readonly Exported[]} api
 */
export function apiPage(api) {
  const isError = (/** @type {Exported} */ { file, kind }) => file === "errors" && kind === "class";
  /** @type {[string, Exported[]][]} */
  const sections = [
    ["Classes", api.filter((each) => each.kind === "class" && !isError(each))],
    ["Functions", api.filter(({ kind }) => kind === "function")],
    ["Errors", api.filter(isError)],
    ["Options and other types", api.filter(({ kind }) => kind === "interface" || kind === "type")],
    ["Constants", api.filter(({ kind }) => kind === "constant")],
  ];
  const page = new Page(api, sections);
  const blocks = [
    "# API of concurrent-futures",
    "<!-- Made by `npm run api` from the docstrings in src/futures. Change those, not this page. -->",
    "Times are milliseconds. Where a thing has a model in Python's `concurrent.futures`, it is named as *CPython*.",
    ...sections.map(([title, members]) => page.contents(title, members)),
    ...sections.flatMap(([title, members]) => [`## ${title}`, ...members.flatMap((each) => page.entry(each))]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

class Page {
  /** By heading. Of several that differ in case alone each has an anchor of its own. @type {Map<string, string>} */
  #anchors = new Map();

  /**
   * @param {readonly Exported[]} api
   * @param {readonly [title: string, members: readonly Exported[]][]} sections
   */
  constructor(api, sections) {
    this.api = api;
    /** @type {Map<string, number>} */
    const taken = new Map();
    for (const heading of sections.flatMap(([title, members]) => [title, ...members.flatMap(headingsOf)])) {
      // As GitHub does it.
      const anchor = heading
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-");
      const before = taken.get(anchor) ?? 0;
      taken.set(anchor, before + 1);
      this.#anchors.set(heading, before === 0 ? anchor : `${anchor}-${before}`);
    }
  }

  /**
   * @param {string} title
   * @param {readonly Exported[]} members
   */
  contents(title, members) {
    const lines = members.map(
      (each) => `| ${this.#link(each.name)} | ${cell(this.#linked(firstSentence(each.doc), each))} | ${cell(sourceOf(each.doc))} |`,
    );
    return [`| ${title} | | CPython |`, "|---|---|---|", ...lines].join("\n");
  }

  /** @param {Exported} exported */
  entry(exported) {
    const { name, kind, members } = exported;
    const blocks = [`### ${name}`, code(exported.signatures), ...this.#prose(exported.doc, exported, exported.parameters)];
    const methods = members.filter(hasHeading);
    const values = members.filter((member) => !hasHeading(member));
    if (values.length > 0) blocks.push(this.#table(exported, values));
    for (const member of methods) blocks.push(...this.#method(exported, member));
    if (kind === "class") blocks.push(...this.#inherited(exported));
    return blocks;
  }

  /**
   * @param {Exported} owner
   * @param {readonly Member[]} members
   */
  #table(owner, members) {
    const lines = members.map((member) => {
      const found = docOfMember(owner, member, this.api);
      return `| \`${member.name}${member.optional ? "?" : ""}\` | ${cell(`\`${member.type}\``)} | ${cell(this.#linked(found?.doc.text ?? "", found?.from ?? owner))} |`;
    });
    return ["| | | |", "|---|---|---|", ...lines].join("\n");
  }

  /**
   * @param {Exported} owner
   * @param {Member} member
   */
  #method(owner, member) {
    const found = docOfMember(owner, member, this.api);
    const blocks = [`#### ${headingOf(owner, member)}`, code(member.signatures)];
    if (found && found.from !== owner) blocks.push(`See ${this.#link(headingOf(found.from, member))}.`);
    else blocks.push(...this.#prose(found?.doc, owner, member.parameters));
    return blocks;
  }

  /** What a class has from the classes above it. @param {Exported} exported */
  #inherited(exported) {
    const own = new Set(exported.members.map(({ name }) => name));
    const blocks = [];
    for (let parent = this.#parentOf(exported); parent; parent = this.#parentOf(parent)) {
      const names = parent.members.filter(({ name, kind }) => kind !== "constructor" && !own.has(name)).map(({ name }) => name);
      for (const name of names) own.add(name);
      if (names.length > 0) blocks.push(`From ${this.#link(parent.name)}: ${names.map((name) => `\`${name}\``).join(", ")}.`);
    }
    return blocks;
  }

  /**
   * @param {Exported} exported
   * @returns {Exported | undefined}
   */
  #parentOf({ parents }) {
    return this.api.find(({ name, kind }) => kind === "class" && parents.includes(name));
  }

  /**
   * @param {Doc | undefined} doc
   * @param {Exported} owner
   * @param {readonly Parameter[]} parameters
   */
  #prose(doc, owner, parameters) {
    if (!doc) return [];
    const linked = (/** @type {string} */ text) => this.#linked(text, owner);
    const options = parameters.filter(
      ({ name, type }) => !doc.params.has(name) && this.api.some((each) => each.name === type && each.kind === "interface"),
    );
    const items = [
      ...new Set(options.map(({ name, type }) => `- \`${name.replace(/^_/, "")}\`: ${this.#link(type)}`)),
      ...[...doc.params].map(([name, meaning]) => `- \`${name}\`: ${linked(meaning)}`),
      ...(doc.returns === undefined ? [] : [`- **Returns** ${linked(doc.returns)}`]),
      ...doc.throws.map((thrown) => `- **Throws** ${linked(thrown)}`),
    ].map((item) => item.replace(/\s+/g, " "));
    return [linked(doc.description), ...(items.length > 0 ? [items.join("\n")] : [])].filter((block) => block !== "");
  }

  /**
   * @param {string} heading
   * @param {string} [text]
   */
  #link(heading, text = heading) {
    return `[\`${text}\`](#${this.#anchors.get(heading)})`;
  }

  /**
   * Makes links of `{@link …}`: to members of the same class by their names alone, to all others by `Class.member`.
   * @param {string} text
   * @param {Exported} owner
   */
  #linked(text, owner) {
    return text.replace(/\{@link ([\w.]+)\}/g, (_whole, /** @type {string} */ target) => {
      const named = owner.members.some(({ name }) => name === target) ? `${owner.name}.${target}` : target;
      if (this.#anchors.has(named)) return this.#link(named, target);
      const [name = "", member] = named.split(".");
      const known = this.api.find((each) => each.name === name)?.members.some((each) => each.name === member);
      return known ? this.#link(name, target) : `\`${target}\``;
    });
  }
}

/** @param {readonly string[]} signatures */
function code(signatures) {
  return `\`\`\`ts\n${signatures.join("\n").replace(/\b_(?=\w+\??:)/g, "")}\n\`\`\``;
}

/** A member that is called has a heading of its own. @param {Member} member */
function hasHeading({ kind }) {
  return kind === "method" || kind === "constructor";
}

/**
 * @param {Exported} owner
 * @param {Member} member
 */
function headingOf({ name }, member) {
  if (member.kind === "constructor") return `new ${name}`;
  return member.name.startsWith("[") ? name + member.name : `${name}.${member.name}`;
}

/** All headings of an entry, in order. @param {Exported} exported */
function headingsOf(exported) {
  return [exported.name, ...exported.members.filter(hasHeading).map((member) => headingOf(exported, member))];
}

/** For one cell of a table. @param {string} text */
function cell(text) {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|");
}

/** @param {Doc | undefined} doc */
function firstSentence(doc) {
  const [first = ""] = doc?.description.split("\n\n") ?? [];
  return /^.*?\.(?=\s+(?:[A-Z`]|$)|$)/s.exec(first)?.[0] ?? first;
}

/** What a docstring names of CPython. @param {Doc | undefined} doc */
function sourceOf(doc) {
  return [...(doc?.text.matchAll(/CPython(?:'s)?(?: raises)? (`[^`]+`)/g) ?? [])].map(([, name]) => name).join(", ");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pageFile, apiPage(readApi()));
