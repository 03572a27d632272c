import type { EncodedThrown } from "./errors.js";

/** An error that is nothing but a message, as `encodeThrown` would encode it. */
export function messageOnly(message: string): EncodedThrown {
  return { value: { kind: "error", index: 0 }, errors: [{ classes: ["Error"], name: "Error", message, stack: undefined, properties: [] }] };
}
