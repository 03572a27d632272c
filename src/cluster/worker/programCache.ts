import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Blobs } from "../engine/blobs.js";
import { type ProgramContent, read } from "../messages.js";

/** Programs that this worker has fetched, as files that its pool can import. Of this worker alone, so nobody else can put one there. */
export class ProgramCache {
  readonly #blobs: Blobs;
  readonly #folder: string;
  readonly #fetched = new Map<string, Promise<string>>();

  /** @param libraryUrl `file:` URL of the library that programs get when they import it. */
  constructor(blobs: Blobs, libraryUrl: string) {
    this.#blobs = blobs;
    this.#folder = mkdtempSync(path.join(tmpdir(), "futures-worker-"));
    const library = path.join(this.#folder, "node_modules", "concurrent-futures");
    mkdirSync(library, { recursive: true });
    writeFileSync(path.join(library, "package.json"), '{ "type": "module", "exports": { ".": "./index.js", "./cluster": "./cluster.js" } }');
    writeFileSync(path.join(library, "index.js"), `export * from ${JSON.stringify(libraryUrl)};\n`);
    // A module whose functions are submitted may make the executor itself.
    writeFileSync(path.join(library, "cluster.js"), `export * from ${JSON.stringify(new URL("../cluster/index.js", libraryUrl).href)};\n`);
  }

  /** The `file:` URL of a program; it is fetched once. @throws Error if the server has it no more. */
  urlOf(hash: string): Promise<string> {
    const known = this.#fetched.get(hash);
    if (known) return known;
    const fetched = this.#fetch(hash);
    this.#fetched.set(hash, fetched);
    fetched.catch(() => this.#fetched.delete(hash));
    return fetched;
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #fetch(hash: string): Promise<string> {
    const bytes = await this.#blobs.get(hash);
    if (!bytes) throw new Error("its program is not on the server any more: it has expired, or the server has lost it. Submit it again");
    const { code, map } = read<ProgramContent>(bytes);
    const file = path.join(this.#folder, `${hash}.mjs`);
    writeFileSync(`${file}.map`, map);
    writeFileSync(file, `${code}\n//# sourceMappingURL=${hash}.mjs.map\n`);
    return pathToFileURL(file).href;
  }
}
