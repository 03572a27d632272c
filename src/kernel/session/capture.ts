/**
 * How a function of a cell reaches a worker: as a module of its own, with what it uses of the notebook as that is at the moment of submission. Functions and
 * classes go as their text, with what those use; what is imported is imported there; everything else is copied by structured clone.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { serialize } from "node:v8";
import { visitOuterNames } from "../../analysis/notebook/outerNames.js";
import { tryParse } from "../../analysis/parse.js";
import { type AnyFunction, TransferError, task } from "../../futures/index.js";
import { cellNames, cellParameters, moduleName } from "../../programs/cells/names.js";
import { digest } from "../../programs/digest.js";
import type { CopiedText, Origins } from "./origins.js";
import type { SessionScope } from "./scope.js";

const { scope: scopeName, declare, session } = cellNames;
const variableUse = new RegExp(`${scopeName.replaceAll("$", "\\$")}(?:\\.([\\p{ID_Continue}$]+)|\\[("(?:[^"\\\\]|\\\\.)*")\\])`, "gu");
const maybeUse = new RegExp(`${session.replaceAll("$", "\\$")}\\.maybe\\(("(?:[^"\\\\]|\\\\.)*")\\)`, "g");
const modulePrefix = moduleName("");

export interface CaptureOptions {
  readonly scope: SessionScope;
  /** Where modules go. */
  readonly directory: string;
  /** `file:` URL of `capturedScope`, which the modules import. */
  readonly supportUrl: string;
  /** URLs of what the session has imported, by specifier. */
  readonly modules: ReadonlyMap<string, string>;
  /** What `import.meta` is in cells. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly origins: Origins;
}

/** What a module of a captured function is made of. */
interface Captured {
  /** Expressions by the names of the scope. */
  readonly code: Map<string, string>;
  readonly values: Map<string, unknown>;
  /** URLs by specifier. */
  readonly imports: Map<string, string>;
}

interface Import {
  readonly url: string;
  readonly name: string;
}

export class Capture {
  readonly #options: CaptureOptions;
  /** Stand-ins by the URL of their module. */
  readonly #made = new Map<string, AnyFunction>();
  /** Of functions that were asked for, until other modules are imported. */
  #imports = new WeakMap<object, Import | "none">();

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  /**
   * What stands for a function of a cell; `undefined` for any other function.
   * @throws TransferError that names what cannot be sent.
   */
  standIn(fn: unknown): AnyFunction | undefined {
    if (typeof fn !== "function") return undefined;
    const imported = this.#importOf(fn);
    if (imported) return task(imported.url, imported.name);
    const text = Function.prototype.toString.call(fn);
    if (!/futures\$[sfx]\b/.test(text) && !this.#isVariable(fn)) return undefined;
    const name = fn.name || "the function";
    const captured: Captured = { code: new Map(), values: new Map(), imports: new Map() };
    const expression = this.#add(text, name, captured, []);
    return this.#moduleOf(expression, name, captured);
  }

  /**
   * What stands for a whole cell; it resolves to what the cell gives, and the values of what it has declared as far as they can be sent.
   * @throws TransferError as {@link standIn}.
   */
  cell(fn: AnyFunction, declared: readonly string[]): AnyFunction {
    const captured: Captured = { code: new Map(), values: new Map(), imports: new Map() };
    const expression = this.#add(Function.prototype.toString.call(fn), "the cell", captured, [], new Set(declared));
    return this.#moduleOf(expression, "cell", captured, declared);
  }

  /** Other modules are imported, or other versions of them. */
  forgetImports(): void {
    this.#imports = new WeakMap();
  }

  #isVariable(fn: object): boolean {
    return Object.values(this.#options.scope.variables).includes(fn);
  }

  /** The export of an imported module that a function is. */
  #importOf(fn: object): Import | undefined {
    const known = this.#imports.get(fn) ?? this.#findImport(fn) ?? "none";
    this.#imports.set(fn, known);
    return known === "none" ? undefined : known;
  }

  #findImport(fn: object): Import | undefined {
    for (const [specifier, url] of this.#options.modules) {
      // What threw, or was interrupted, while it was imported is not there.
      if (!this.#options.scope.has(modulePrefix + specifier)) continue;
      const namespace = this.#options.scope.variables[modulePrefix + specifier] as Record<string, unknown>;
      for (const name of Object.keys(namespace)) {
        // One in its dead zone throws.
        if (/^[\p{ID_Continue}$]+$/u.test(name) && exportOf(namespace, name) === fn) return { url, name };
      }
    }
    return undefined;
  }

  /** Takes down what a function uses. @returns the function as an expression. @param way the functions that led here. */
  #add(text: string, name: string, captured: Captured, way: readonly string[], own: ReadonlySet<string> = new Set()): string {
    const expression = expressionOf(text, name);
    const parsed = tryParse(`(${expression});`, "js");
    if (!("body" in parsed)) throw new TransferError(`${name} cannot be sent to a worker: its text stands for itself nowhere (${parsed.message})`);
    const local = new Set<string>();
    visitOuterNames(parsed.body, { outerName: ({ name: used }) => !isKnown(used) && local.add(used) });
    const [first] = local;
    if (first !== undefined) {
      throw new TransferError(
        `${name} uses ${first}, a variable of the function or block around it, which a worker cannot have: pass it as an argument, or declare it at the top level of a cell`,
      );
    }
    for (const used of usesIn(text)) if (!own.has(used)) this.#addName(used, captured, [...way, name]);
    return expression;
  }

  #addName(used: string, captured: Captured, way: readonly string[]): void {
    const { scope, modules } = this.#options;
    if (captured.code.has(used) || captured.values.has(used) || !scope.has(used)) return;
    const value = scope.variables[used];
    if (used.startsWith(modulePrefix)) {
      const specifier = used.slice(modulePrefix.length);
      const url = modules.get(specifier);
      if (url !== undefined) captured.imports.set(specifier, url);
      return;
    }
    if (typeof value !== "function") {
      captured.values.set(used, this.#checked(value, used, way));
      return;
    }
    const imported = this.#importOf(value);
    captured.code.set(used, ""); // known already to what it uses itself
    captured.code.set(
      used,
      imported ? `(await import(${JSON.stringify(imported.url)})).${imported.name}` : this.#add(sourceOf(value, used, way), used, captured, way),
    );
  }

  #checked(value: unknown, name: string, way: readonly string[]): unknown {
    try {
      serialize(value);
      return value;
    } catch (error) {
      const by = way.join(", which is used by ");
      const reason = error instanceof Error ? error.message : String(error);
      throw new TransferError(
        `${name} cannot be sent to a worker with ${by}: it is ${inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY })} (${reason}). Make it in the function, or pass what the function needs of it as an argument`,
        { cause: error },
      );
    }
  }

  #moduleOf(expression: string, functionName: string, { code, values, imports }: Captured, declared?: readonly string[]): AnyFunction {
    const data = serialize(Object.fromEntries(values)).toString("base64");
    const { supportUrl, directory, meta } = this.#options;
    const head = [
      `import { capturedScope, cloneable } from ${JSON.stringify(supportUrl)};`,
      `const [${cellParameters}] = capturedScope(${JSON.stringify(data)}, ${JSON.stringify(meta)}, ${JSON.stringify(Object.fromEntries(imports))});`,
      ...[...imports].map(([specifier, url]) => `${declare}[${JSON.stringify(moduleName(specifier))}] = await import(${JSON.stringify(url)});`),
    ];
    const functions = inOrder(code).map(([used, text]) => [`${declare}.${used}`, used, text] as const);
    const copied: CopiedText[] = [];
    let text = `${head.join("\n")}\n`;
    for (const [place, called, own] of [...functions, [declared ? "const cell" : "export const call", functionName, expression] as const]) {
      // In an object a function without a name of its own gets one.
      const before = `${place} = { [${JSON.stringify(called)}]: `;
      copied.push({ text: own, line: text.split("\n").length - 1, column: before.length });
      text += `${before}${own} }[${JSON.stringify(called)}];\n`;
    }
    if (declared) {
      const call = `cell(${cellParameters})`;
      text += `export const call = async () => ({ result: await ${call}, values: cloneable(${scopeName}, ${JSON.stringify(declared)}) });\n`;
    }
    const name = `${digest(text)}.task.mjs`;
    const file = path.join(directory, name);
    const url = pathToFileURL(file).href;
    const made = this.#made.get(url);
    if (made) return made;
    writeFileSync(`${file}.map`, this.#options.origins.mapOf(copied));
    writeFileSync(file, `${text}//# sourceMappingURL=${name}.map\n`);
    const standIn = task(url, "call", functionName);
    this.#made.set(url, standIn);
    return standIn;
  }
}

/** Classes after what they extend: that is asked for when they are made. */
function inOrder(code: ReadonlyMap<string, string>): [string, string][] {
  const placed = new Map<string, string>();
  const place = (name: string): void => {
    const text = code.get(name);
    if (text === undefined || placed.has(name)) return;
    const base = /^class\b[^{]*?\bextends\b([^{]*)\{/.exec(text)?.[1] ?? "";
    for (const used of usesIn(base)) if (used !== name) place(used);
    placed.set(name, text);
  };
  for (const name of code.keys()) place(name);
  return [...placed];
}

function usesIn(text: string): string[] {
  const variables = [...text.matchAll(variableUse)].map(([, name, quoted]) => name ?? (JSON.parse(quoted as string) as string));
  return [...variables, ...[...text.matchAll(maybeUse)].map(([, quoted]) => JSON.parse(quoted as string) as string)];
}

function isKnown(name: string): boolean {
  return name in globalThis || Object.values<string>(cellNames).includes(name);
}

function sourceOf(fn: object, name: string, way: readonly string[]): string {
  const text = Function.prototype.toString.call(fn);
  if (!/\{\s*\[native code\]\s*\}\s*$/.test(text)) return text;
  throw new TransferError(
    `${name} cannot be sent to a worker with ${way.join(", which is used by ")}: it is bound or native, and has no text to send`,
  );
}

/** A method stands for itself nowhere but in an object. */
function expressionOf(text: string, name: string): string {
  if (/^(?:async\s+)?(?:function\b|\(|[\p{ID_Continue}$]+\s*=>)|^class\b/u.test(text)) return text;
  return `({ ${text} })[${JSON.stringify(name)}]`;
}

function exportOf(namespace: Record<string, unknown>, name: string): unknown {
  try {
    return namespace[name];
  } catch {
    return undefined;
  }
}
