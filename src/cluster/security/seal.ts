/**
 * Signed frames: all that goes over the queue is one, or is of a secret that was agreed on by such (`pairs.ts`). Whoever reads a frame knows who has made it, before a byte of its content is looked at.
 *
 *   version (1) · id of the key (8) · Ed25519 signature (64) · content
 *
 * The signature is over the context, too: what a frame is and for whom. So one cannot be used as another, or in another place.
 */
import { sign, verify } from "node:crypto";
import { NotTrustedError } from "../errors.js";
import { keyIdLength, type PrivateKey, type PublicKey } from "./keys.js";

const plainVersion = 0;
const signedVersion = 1;
const signatureLength = 64;
const headLength = 1 + keyIdLength + signatureLength;

/** What signs frames, and opens those of the others. */
export interface Seal {
  /** Whether the other side can be told apart from anybody else, so that a secret can be agreed on with it. */
  readonly knowsSigners: boolean;
  /** @param context what the frame is and for whom. */
  seal(context: string, content: Uint8Array): Buffer;
  /** @returns the content. @throws NotTrustedError if it is not signed by one of the trusted keys, for that context. */
  open(context: string, frame: Uint8Array): Buffer;
}

/** The text that is signed. */
function signedText(context: string, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`concurrent-futures\0${signedVersion}\0${context}\0`), content]);
}

/** Signs with a key of its own, and trusts those of the others. */
export function signedSeal(own: PrivateKey, trusted: readonly PublicKey[]): Seal {
  const keys = new Map(trusted.map((key) => [key.id, key.key]));
  const ownId = Buffer.from(own.id, "hex");
  return {
    knowsSigners: true,
    seal: (context, content) => Buffer.concat([Buffer.of(signedVersion), ownId, sign(null, signedText(context, content), own.key), content]),
    open(context, frame) {
      const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
      if (bytes.length < headLength || bytes[0] !== signedVersion)
        throw new NotTrustedError(bytes[0] === plainVersion ? "it is not signed" : "it is no frame of this version");
      const id = bytes.toString("hex", 1, 1 + keyIdLength);
      const key = keys.get(id);
      if (!key) throw new NotTrustedError(`the key ${id} is not among the ${keys.size} that are trusted`);
      const content = bytes.subarray(headLength);
      if (!verify(null, signedText(context, content), key, bytes.subarray(1 + keyIdLength, headLength)))
        throw new NotTrustedError(`the signature of the key ${id} is not that of this content, or it was made for another place`);
      return content;
    },
  };
}

/** Signs nothing and trusts everybody who can reach the server: for one machine only. */
export const plainSeal: Seal = {
  knowsSigners: false,
  seal: (_context, content) => Buffer.concat([Buffer.alloc(headLength, plainVersion), content]),
  open(_context, frame) {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    if (bytes.length < headLength || bytes[0] !== plainVersion)
      throw new NotTrustedError("it is signed, and this side runs without keys: give both sides keys, or neither");
    return bytes.subarray(headLength);
  },
};
