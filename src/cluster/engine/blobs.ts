import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { blobKey } from "./names.js";

/** Bytes on the server, named by their hash: what is too large for the queue, and programs. */
export class Blobs {
  readonly #client: Redis;

  constructor(client: Redis) {
    this.#client = client;
  }

  /** @param keptFor ms. @returns the hash. */
  async put(bytes: Buffer, keptFor: number): Promise<string> {
    const hash = hashOf(bytes);
    // Who puts it anew wants it to be there as long as if it had not been there before.
    const isThere = await this.#client.pexpire(blobKey(hash), keptFor);
    if (!isThere) await this.#client.set(blobKey(hash), bytes, "PX", keptFor);
    return hash;
  }

  /** @returns `undefined` if it is not there any more. @throws Error if what is there is something else. */
  async get(hash: string): Promise<Buffer | undefined> {
    const bytes = await this.#client.getBuffer(blobKey(hash));
    if (!bytes) return undefined;
    if (hashOf(bytes) !== hash) throw new Error(`what the server has for ${hash} is something else: it was changed, or damaged`);
    return bytes;
  }
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
