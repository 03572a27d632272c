import type { Bytes } from "../messages.js";
import type { Blobs } from "./blobs.js";

/** Bytes that go through the queue itself; more go by reference, as the queue is copied and logged. */
const largest = 256 * 1024;

/** @param keptFor ms, if they have to lie on the server. */
export async function sent(bytes: Uint8Array, blobs: Blobs, keptFor: number): Promise<Bytes> {
  return bytes.length <= largest ? { bytes } : { blob: await blobs.put(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), keptFor) };
}

/** @param what the error calls them. @throws Error if they are not there any more. */
export async function received(bytes: Bytes, blobs: Blobs, what: string): Promise<Uint8Array> {
  if ("bytes" in bytes) return bytes.bytes;
  const found = await blobs.get(bytes.blob);
  if (!found) throw new Error(`${what} is not on the server any more: it has expired, or the server has lost it`);
  return found;
}
