import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/** Bytes on the server, named by their hash: what is too large for the queue, and programs. */
export class Blobs {
  readonly #client: Redis;
  readonly #keyOf: (hash: string) => string;

  /** @param keyOf gives the key of a hash. */
  constructor(client: Redis, keyOf: (hash: string) => string) {
    this.#client = client;
    this.#keyOf = keyOf;
  }

  /** @param keptFor ms. @returns the hash. */
  async put(bytes: Buffer, keptFor: number): Promise<string> {
    const hash = hashOf(bytes);
    // Who puts it anew wants it to be there as long as if it had not been there before.
    const isThere = await this.#client.pexpire(this.#keyOf(hash), keptFor);
    if (!isThere) await this.#client.set(this.#keyOf(hash), bytes, "PX", keptFor);
    return hash;
  }

  /** @returns `undefined` if it is not there any more. @throws Error if what is there is something else. */
  async get(hash: string): Promise<Buffer | undefined> {
    const bytes = await this.#client.getBuffer(this.#keyOf(hash));
    if (!bytes) return undefined;
    if (hashOf(bytes) !== hash) throw new Error(`what the server has for ${hash} is something else: it was changed, or damaged`);
    return bytes;
  }
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
