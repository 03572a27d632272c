// @ts-check
import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

/**
 * Passes on what another process appends to a file.
 * @param {string} file It has to exist.
 * @param {(text: string) => void} pass Called with each new piece, within 100 ms.
 * @returns {() => void} Passes on the rest and ends it.
 */
export function follow(file, pass) {
  const descriptor = openSync(file, "r");
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(65_536);
  const readOn = () => {
    for (let size = readSync(descriptor, buffer); size > 0; size = readSync(descriptor, buffer)) pass(decoder.write(buffer.subarray(0, size)));
  };
  const timer = setInterval(readOn, 100);
  return () => {
    clearInterval(timer);
    readOn();
    closeSync(descriptor);
  };
}
