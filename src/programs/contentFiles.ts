import { mkdir, rename, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";

/** Files named by their content: what is there is right, and is never written again. */
export class ContentFiles {
  readonly #directory: string;
  #written = 0;

  /** @param directory absolute path; made when first needed. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  pathOf(name: string): string {
    return path.join(this.#directory, name);
  }

  /** Writes a file if it is not there, whole or not at all. */
  async write(name: string, text: string): Promise<void> {
    const file = this.pathOf(name);
    if (await exists(file)) {
      await utimes(file, new Date(), new Date()); // so that whoever cleans up sees that it is in use
      return;
    }
    await mkdir(this.#directory, { recursive: true });
    const temporary = `${file}.${process.pid}-${++this.#written}.tmp`;
    await writeFile(temporary, text);
    await rename(temporary, file);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
