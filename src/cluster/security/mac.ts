/** HMAC-SHA-256, RFC 2104. */
import * as crypto from "node:crypto";

const blockLength = 64;
const hashLength = 32;

/** In one call, where Node.js has that (20.12): an object for it takes longer to make, by a processor that has just woken up, than all the rest. */
const hashAtOnce = crypto.hash as typeof crypto.hash | undefined;

/** A secret, and the codes that it makes. */
export class MacKey {
  readonly #inner = Buffer.alloc(blockLength, 0x36);
  /** With room for the inner hash. */
  readonly #outer = Buffer.alloc(blockLength + hashLength, 0x5c);

  /** @param secret 32 bytes. */
  constructor(secret: Uint8Array) {
    secret.forEach((byte, index) => {
      this.#inner[index] = (this.#inner[index] as number) ^ byte;
      this.#outer[index] = (this.#outer[index] as number) ^ byte;
    });
  }

  /** @returns 32 bytes. */
  codeOf(...parts: readonly Uint8Array[]): Buffer {
    const inner = sha256(Buffer.concat([this.#inner, ...parts]));
    inner.copy(this.#outer, blockLength);
    return sha256(this.#outer);
  }
}

/** @returns 32 bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  return hashAtOnce ? hashAtOnce("sha256", bytes, "buffer") : crypto.createHash("sha256").update(bytes).digest();
}
