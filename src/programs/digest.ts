import { createHash } from "node:crypto";

/** Hex digest, 32 characters: the name of something by its content. */
export function digest(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 32);
}
