import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import path from "node:path";

/** Unsaved texts by the real paths of their files: that is how a resolver names what it finds, whichever link the editor came by. */
export class Overlay {
  readonly #texts: ReadonlyMap<string, string>;
  /** True when one of the files is not on the disk at all. */
  readonly hasNewFiles: boolean;

  private constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
    this.hasNewFiles = [...texts.keys()].some((file) => !existsSync(file));
  }

  /** @param texts by absolute path. */
  static async of(texts: ReadonlyMap<string, string>): Promise<Overlay> {
    const entries = [...texts].map(async ([file, text]) => [keyOf(await realPathOf(file)), text] as const);
    return new Overlay(new Map(await Promise.all(entries)));
  }

  /** Whether the other one has the same texts of the same files. */
  equals(other: Overlay): boolean {
    if (other.#texts.size !== this.#texts.size || other.hasNewFiles !== this.hasNewFiles) return false;
    for (const [file, text] of this.#texts) if (other.#texts.get(file) !== text) return false;
    return true;
  }

  /** The unsaved text of a file, if it has one. @param file a real path. */
  textOf(file: string): string | undefined {
    return this.#texts.get(keyOf(file));
  }
}

function keyOf(file: string): string {
  return process.platform === "win32" ? path.normalize(file).toLowerCase() : path.normalize(file);
}

/** The path without links, as far as it exists. */
export async function realPathOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(await realPathOf(parent), path.basename(file));
  }
}

/**
 * Names files as the user does, who may have opened the folder through a link.
 * @param given a path as the user names it.
 * @param real the same without links.
 */
export function displayNames(given: string, real: string): (file: string) => string {
  const givenParts = given.split(path.sep);
  const realParts = real.split(path.sep);
  while (givenParts.length > 1 && realParts.length > 1 && givenParts.at(-1) === realParts.at(-1)) {
    givenParts.pop();
    realParts.pop();
  }
  const [from, to] = [realParts.join(path.sep), givenParts.join(path.sep)];
  if (from === to || from === "") return (file) => file;
  return (file) => (file.startsWith(`${from}${path.sep}`) ? `${to}${file.slice(from.length)}` : file);
}
