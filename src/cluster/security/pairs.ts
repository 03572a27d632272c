/**
 * Secrets of two: a submitter and a worker agree on one by X25519, with keys that last as long as they run and that each has signed with its Ed25519 key. What
 * goes between them then carries a code of that secret, which takes 3 µs to make and to check, where a signature takes 44 and 110.
 *
 *   version (1) · id of the sender (8) · number of receivers (1) · id of each (8) · code for each (32) · content
 *
 * A code is over the context, the ids and the content. Each receiver has its own, so none can speak to another in the sender's name.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import { NotTrustedError } from "../errors.js";
import { MacKey, sha256 } from "./mac.js";

const version = 3;
const idLength = 8;
const codeLength = 32;
/** Bytes before the ids of the receivers. */
const fixedLength = 1 + idLength + 1;
/** Receivers of a frame; for more a signature is sooner made. */
export const mostReceivers = 8;
/** Bytes of content that are hashed once for all receivers if there are more of them. */
const shortContent = 1_024;
const whole = 0;
const hashed = 1;
/** What stands before the 32 bytes of an X25519 key in its SPKI form. */
const spkiHead = Buffer.from("302a300506032b656e032100", "hex");
const keyLength = 32;

/** One of the two, as the other sees it. */
export interface Peer {
  /** Of its X25519 key, in hex. */
  readonly id: string;
  readonly secret: MacKey;
}

/** The X25519 key of this side, which nobody has but this process. */
export class PairKeys {
  readonly #pair = generateKeyPairSync("x25519");
  /** 32 bytes; to be signed. */
  readonly publicKey: Buffer = rawOf(this.#pair.publicKey);
  readonly id = peerIdOf(this.publicKey);

  /**
   * @param publicKey of the other side, 32 bytes, which it has signed.
   * @param place what the secret is for.
   * @throws NotTrustedError if it is no key.
   */
  agreeWith(publicKey: Uint8Array, place: string): Peer {
    try {
      if (publicKey.length !== keyLength) throw new TypeError("wrong length");
      const other = createPublicKey({ key: Buffer.concat([spkiHead, publicKey]), format: "der", type: "spki" });
      const shared = diffieHellman({ privateKey: this.#pair.privateKey, publicKey: other });
      const both = [this.publicKey, Buffer.from(publicKey)].sort(Buffer.compare); // the same on both sides
      const info = Buffer.concat([Buffer.from(`concurrent-futures\0${version}\0${place}\0`), ...both]);
      return { id: peerIdOf(publicKey), secret: new MacKey(new Uint8Array(hkdfSync("sha256", shared, "", info, 32))) };
    } catch {
      throw new NotTrustedError("its key for secrets of two is none");
    }
  }
}

/** A frame for some receivers, and what its codes are made of: by that it is known where there is no code. */
export interface PairedFrame {
  readonly frame: Buffer;
  readonly digest: Buffer;
}

/** @param sender id of this side. @param receivers at most {@link mostReceivers}. */
export function sealForPeers(context: string, content: Uint8Array, sender: string, receivers: readonly Peer[]): PairedFrame {
  const ids = receivers.map(({ id }) => Buffer.from(id, "hex"));
  const head = Buffer.concat([Buffer.of(version), Buffer.from(sender, "hex"), Buffer.of(receivers.length), ...ids]);
  const digest = digestOf(head, content);
  return { frame: Buffer.concat([head, ...receivers.map(({ secret }) => codeOf(secret, context, digest)), content]), digest };
}

/** Whether a frame is of this kind. */
export function isPaired(frame: Uint8Array): boolean {
  return frame[0] === version;
}

/** A frame taken apart; nothing of it is known to be true yet. */
export class ReceivedFrame {
  /** Id of whom it says to be from. */
  readonly sender: string;
  readonly content: Buffer;
  readonly digest: Buffer;
  readonly #bytes: Buffer;
  readonly #count: number;

  /** @throws NotTrustedError if it is none. */
  constructor(frame: Uint8Array) {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    const count = bytes[fixedLength - 1] ?? 0;
    const codesAt = fixedLength + count * idLength;
    const contentAt = codesAt + count * codeLength;
    if (bytes[0] !== version || count === 0 || count > mostReceivers || bytes.length < contentAt)
      throw new NotTrustedError("it is no frame of this version");
    this.sender = bytes.toString("hex", 1, 1 + idLength);
    this.#bytes = bytes;
    this.#count = count;
    this.content = bytes.subarray(contentAt);
    this.digest = digestOf(bytes.subarray(0, codesAt), this.content);
  }

  /** Whether it has a code for that one. */
  isFor(receiver: string): boolean {
    return this.#codeFor(receiver) !== undefined;
  }

  /**
   * @param receiver id of this side.
   * @param sender with the secret of both.
   * @returns the content. @throws NotTrustedError if the code is not that of this content, for that context.
   */
  open(context: string, receiver: string, sender: Peer): Buffer {
    const code = this.#codeFor(receiver);
    if (!code || sender.id !== this.sender || !timingSafeEqual(code, codeOf(sender.secret, context, this.digest)))
      throw new NotTrustedError("its code is not that of this content, or it was made by somebody else or for another place");
    return this.content;
  }

  #codeFor(receiver: string): Buffer | undefined {
    for (let n = 0; n < this.#count; n += 1) {
      const id = fixedLength + n * idLength;
      const code = fixedLength + this.#count * idLength + n * codeLength;
      if (this.#bytes.toString("hex", id, id + idLength) === receiver) return this.#bytes.subarray(code, code + codeLength);
    }
    return undefined;
  }
}

/** All of it where it is short, else a hash; which of the two, its first byte tells. */
function digestOf(head: Uint8Array, content: Uint8Array): Buffer {
  return content.length <= shortContent
    ? Buffer.concat([Buffer.of(whole), head, content])
    : Buffer.concat([Buffer.of(hashed), sha256(Buffer.concat([head, content]))]);
}

function codeOf(secret: MacKey, context: string, digest: Uint8Array): Buffer {
  return secret.codeOf(Buffer.from(`${context}\0`), digest);
}

function rawOf(key: KeyObject): Buffer {
  return (key.export({ type: "spki", format: "der" }) as Buffer).subarray(spkiHead.length);
}

/** @param publicKey 32 bytes. */
export function peerIdOf(publicKey: Uint8Array): string {
  return sha256(publicKey).toString("hex", 0, idLength);
}
