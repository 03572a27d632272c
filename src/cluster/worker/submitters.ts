import type { Redis } from "ioredis";
import type { keysOf } from "../engine/names.js";

/** ms for which one that was there is believed to be. */
const believed = 1_000;

/** Which of those who have submitted are there, by the signs of life that they leave on the server. */
export class Submitters {
  readonly #client: Redis;
  readonly #keys: ReturnType<typeof keysOf>;
  readonly #known = new Map<string, { readonly isThere: boolean; readonly at: number }>();
  /** Those that were missing at the last look. */
  #missing: ReadonlySet<string> = new Set();

  constructor(client: Redis, keys: ReturnType<typeof keysOf>) {
    this.#client = client;
    this.#keys = keys;
  }

  async isThere(submitter: string): Promise<boolean> {
    const known = this.#known.get(submitter);
    if (known && Date.now() - known.at < believed) return known.isThere;
    const isThere = (await this.#client.exists(this.#keys.submitter(submitter))) === 1;
    this.#known.set(submitter, { isThere, at: Date.now() });
    return isThere;
  }

  /** Those that were missing at the last look, and are now: a busy program may be late once. Rejects if the server cannot be asked. */
  async gone(submitters: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const missing = new Set<string>();
    for (const submitter of submitters) if ((await this.#client.exists(this.#keys.submitter(submitter))) === 0) missing.add(submitter);
    const before = this.#missing;
    this.#missing = missing;
    for (const [submitter, { at }] of this.#known) if (Date.now() - at > 60 * believed) this.#known.delete(submitter);
    return new Set([...missing].filter((submitter) => before.has(submitter)));
  }
}
