import { readFileSync } from "node:fs";
import type { Server } from "../engine/connection.js";
import { ClusterConfigError } from "../errors.js";
import { readPrivateKey, readPublicKeys } from "./keys.js";
import { isKeyText } from "./keyText.js";
import { plainSeal, type Seal, signedSeal } from "./seal.js";

/** Who this side is, and whom it trusts. */
export interface IdentityOptions {
  /** The private key that signs: PEM, or the path of a file that holds it. `futures keygen FILE` makes one. */
  key?: string | undefined;
  /** The public keys of the other side, lines as `futures keygen` prints them, or the path of a file with such lines. Nobody else is listened to. */
  trust?: string | readonly string[] | undefined;
  /** Default false. True: without keys, for a server on the loopback interface: every program of this machine that reaches it can run code on the workers. */
  insecure?: boolean | undefined;
}

/** @throws ClusterConfigError if there are no keys, or keys where there are to be none; never tells a private one. */
export function sealOf({ key, trust, insecure = false }: IdentityOptions, server: Server): Seal {
  if (insecure) {
    if (key !== undefined || trust !== undefined)
      throw new ClusterConfigError("with insecure: true there are no keys: leave key and trust out, or insecure");
    if (!server.isLoopback)
      throw new ClusterConfigError(`insecure: true is for a server of this machine, and ${server.place} is another: give key and trust`);
    return plainSeal;
  }
  if (key === undefined || trust === undefined)
    throw new ClusterConfigError(
      "key and trust have to be given, since whoever writes to the queue can run code on the workers: `futures keygen FILE` makes a key. For a server of this machine alone there is insecure: true",
    );
  const trusted = readPublicKeys(typeof trust === "string" ? textOf(trust, "trust") : trust.join("\n"));
  if (trusted.length === 0) throw new ClusterConfigError("trust names no key, so nobody would be listened to");
  return signedSeal(readPrivateKey(textOf(key, "key")), trusted);
}

function textOf(textOrPath: string, name: "key" | "trust"): string {
  if (isKeyText(textOrPath)) return textOrPath;
  try {
    return readFileSync(textOrPath, "utf8");
  } catch (error) {
    throw new ClusterConfigError(`the file of ${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)} ${textOrPath}`);
  }
}
