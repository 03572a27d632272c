import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { makeOwnFolder } from "../../programs/ownFolder.js";
import type { Blobs } from "../engine/blobs.js";
import { type ProgramContent, read } from "../messages.js";

/** ms between two looks whether a program is still where it was put: systems remove temporary files that nobody has used for long. */
const lookEvery = 60_000;

interface Fetched {
  readonly url: Promise<string>;
  lookedAt: number;
}

/** Programs that this worker has fetched, as files that its pool can import. Of this worker alone, so nobody else can put one there. */
export class ProgramCache {
  readonly #blobs: Pick<Blobs, "get">;
  readonly #libraryUrl: string;
  #folder: string;
  readonly #fetched = new Map<string, Fetched>();
  readonly #now: () => number;

  /** @param libraryUrl `file:` URL of the library that programs get when they import it. @param now ms. */
  constructor(blobs: Pick<Blobs, "get">, libraryUrl: string, now: () => number = Date.now) {
    this.#now = now;
    this.#blobs = blobs;
    this.#libraryUrl = libraryUrl;
    this.#folder = this.#makeFolder();
  }

  /** The `file:` URL of a program; it is fetched once. @throws Error if the server has it no more. */
  async urlOf(hash: string): Promise<string> {
    const known = this.#fetched.get(hash);
    if (known && (await this.#isThere(hash, known))) return known.url;
    return this.#fetchAnew(hash);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isThere(hash: string, fetched: Fetched): Promise<boolean> {
    const now = this.#now();
    if (now - fetched.lookedAt < lookEvery) return true;
    await fetched.url;
    fetched.lookedAt = now;
    return existsSync(this.#fileOf(hash)) && existsSync(path.join(this.#folder, "node_modules"));
  }

  #fetchAnew(hash: string): Promise<string> {
    const url = this.#fetch(hash);
    this.#fetched.set(hash, { url, lookedAt: this.#now() });
    url.catch(() => this.#fetched.delete(hash));
    return url;
  }

  async #fetch(hash: string): Promise<string> {
    const bytes = await this.#blobs.get(hash);
    if (!bytes) throw new Error("its program is not on the server any more: it has expired, or the server has lost it. Submit it again");
    const { code, map } = read<ProgramContent>(bytes);
    // Another place, not the same again: while it was gone anybody could have made one there.
    if (!existsSync(path.join(this.#folder, "node_modules"))) {
      this.#folder = this.#makeFolder();
      for (const other of this.#fetched.keys()) if (other !== hash) this.#fetched.delete(other);
    }
    const file = this.#fileOf(hash);
    writeFileSync(`${file}.map`, map);
    writeFileSync(file, `${code}\n//# sourceMappingURL=${hash}.mjs.map\n`);
    return pathToFileURL(file).href;
  }

  #fileOf(hash: string): string {
    return path.join(this.#folder, `${hash}.mjs`);
  }

  #makeFolder(): string {
    const folder = makeOwnFolder(tmpdir(), "futures-worker");
    const library = path.join(folder, "node_modules", "concurrent-futures");
    mkdirSync(library, { recursive: true });
    writeFileSync(path.join(library, "package.json"), '{ "type": "module", "exports": { ".": "./index.js", "./cluster": "./cluster.js" } }');
    writeFileSync(path.join(library, "index.js"), `export * from ${JSON.stringify(this.#libraryUrl)};\n`);
    // A module whose functions are submitted may make the executor itself.
    const cluster = new URL("../cluster/index.js", this.#libraryUrl).href;
    writeFileSync(path.join(library, "cluster.js"), `export * from ${JSON.stringify(cluster)};\n`);
    return folder;
  }
}
