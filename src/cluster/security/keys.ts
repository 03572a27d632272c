/** Ed25519 keys of those who submit and of those who work, as texts that fit into a file or an environment variable. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { ClusterConfigError } from "../errors.js";

/** First word of a line that holds a public key. */
const keyWord = "futures-ed25519";
/** What stands before the 32 bytes of an Ed25519 key in its SPKI form. */
const spkiHead = Buffer.from("302a300506032b6570032100", "hex");
/** Bytes of the number by which a key is found. */
export const keyIdLength = 8;

/** A key that is trusted. */
export interface PublicKey {
  /** In hex; the first bytes of the SHA-256 of the key. */
  readonly id: string;
  readonly key: KeyObject;
  /** What stands behind the key in its line: whose it is. */
  readonly comment: string;
}

/** A key that signs. */
export interface PrivateKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** A new pair: the private key as PEM, the public one as the line that goes into the list of those who are to trust it. @param comment whose it is. */
export function generateKeys(comment: string): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string, publicKey: lineOf(publicKey, comment) };
}

/** @param pem as {@link generateKeys} made it, or any Ed25519 private key in PEM. @throws ClusterConfigError if it is none; the message holds nothing of it. */
export function readPrivateKey(pem: string): PrivateKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new ClusterConfigError("the key is no private key in PEM form: make one with `futures keygen FILE`");
  }
  if (key.asymmetricKeyType !== "ed25519") throw new ClusterConfigError(`the key is of type ${key.asymmetricKeyType}, and has to be Ed25519`);
  return { id: idOf(createPublicKey(key)), key };
}

/**
 * Reads a list of public keys: a line each, `futures-ed25519 BASE64 COMMENT`; blank lines and those that begin with `#` are left out.
 * @throws ClusterConfigError that names the line, if one is no key.
 */
export function readPublicKeys(text: string): PublicKey[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(?:#|$)/.test(line)) return [];
    const [word, base64 = "", ...comment] = line.trim().split(/\s+/);
    const raw = Buffer.from(base64, "base64");
    if (word !== keyWord || raw.length !== 32)
      throw new ClusterConfigError(
        `line ${index + 1} of the trusted keys is none: it has to be "${keyWord} BASE64 COMMENT", as \`futures keygen\` prints it`,
      );
    const key = createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: "der", type: "spki" });
    return [{ id: idOf(key), key, comment: comment.join(" ") }];
  });
}

function rawOf(key: KeyObject): Buffer {
  return (key.export({ type: "spki", format: "der" }) as Buffer).subarray(spkiHead.length);
}

function lineOf(key: KeyObject, comment: string): string {
  return `${keyWord} ${rawOf(key).toString("base64")} ${comment.replace(/\s+/g, " ").trim()}`.trim();
}

function idOf(key: KeyObject): string {
  return createHash("sha256")
    .update(rawOf(key))
    .digest("hex")
    .slice(0, 2 * keyIdLength);
}
