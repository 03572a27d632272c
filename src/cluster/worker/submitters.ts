import type { Redis } from "ioredis";
import type { contextOf, keysOf } from "../engine/names.js";
import type { PairKeys, Peer } from "../security/pairs.js";
import type { Seal } from "../security/seal.js";

/** ms for which one that was there is believed to be. */
const believed = 1_000;

interface Known {
  readonly isThere: boolean;
  readonly at: number;
  /** What it has signed, and the secret that came of it. */
  readonly hello: Buffer | null;
  readonly peer: Peer | undefined;
}

export interface SubmittersParts {
  readonly client: Redis;
  readonly keys: ReturnType<typeof keysOf>;
  readonly context: ReturnType<typeof contextOf>;
  readonly seal: Seal;
  /** For secrets of two; absent without keys. */
  readonly pairKeys: PairKeys | undefined;
}

/** Which of those who have submitted are there, by the signs of life that they leave on the server, and the secrets that this worker has with them. */
export class Submitters {
  readonly #parts: SubmittersParts;
  readonly #known = new Map<string, Known>();
  /** Those that were missing at the last look. */
  #missing: ReadonlySet<string> = new Set();

  constructor(parts: SubmittersParts) {
    this.#parts = parts;
  }

  async isThere(submitter: string): Promise<boolean> {
    return (await this.#find(submitter)).isThere;
  }

  /**
   * The secret with one that is there.
   * @returns `undefined` if it is not there.
   * @throws NotTrustedError if what it says of itself is not signed by a trusted key, or there are no keys here.
   */
  async peer(submitter: string): Promise<Peer | undefined> {
    const { isThere, hello, peer } = await this.#find(submitter);
    if (!isThere || !hello || peer) return peer;
    return this.#agree(submitter, hello);
  }

  /** Those that were missing at the last look, and are now: a busy program may be late once. Rejects if the server cannot be asked. */
  async gone(submitters: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const { client, keys } = this.#parts;
    const missing = new Set<string>();
    for (const submitter of submitters) if ((await client.exists(keys.submitter(submitter))) === 0) missing.add(submitter);
    const before = this.#missing;
    this.#missing = missing;
    for (const [submitter, { at }] of this.#known) if (Date.now() - at > 60 * believed) this.#known.delete(submitter);
    return new Set([...missing].filter((submitter) => before.has(submitter)));
  }

  async #find(submitter: string): Promise<Known> {
    const known = this.#known.get(submitter);
    if (known && Date.now() - known.at < believed) return known;
    const hello = await this.#parts.client.getBuffer(this.#parts.keys.submitter(submitter));
    const isSame = hello !== null && known?.hello?.equals(hello) === true;
    const found: Known = { isThere: hello !== null, at: Date.now(), hello, peer: isSame ? known.peer : undefined };
    this.#known.set(submitter, found);
    return found;
  }

  #agree(submitter: string, hello: Buffer): Peer | undefined {
    const { seal, context, pairKeys } = this.#parts;
    const publicKey = seal.open(context.hello(submitter), hello);
    const peer = pairKeys?.agreeWith(publicKey, context.pair);
    const known = this.#known.get(submitter);
    if (known?.hello === hello && peer) this.#known.set(submitter, { ...known, peer });
    return peer;
  }
}
