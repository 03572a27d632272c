import { constants, openSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * Makes a file for this program and its children, in memory if the system has such a place.
 * @param access of `fs.constants`.
 * @throws what the file system throws.
 */
export function createInMemory(
  access: number,
  place = process.platform === "linux" ? "/dev/shm" : tmpdir(),
): readonly [name: string, descriptor: number] {
  const name = path.join(place, `concurrent-futures-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    return [name, openSync(name, access | constants.O_CREAT | constants.O_EXCL, 0o600)];
  } catch (error) {
    if (place === tmpdir()) throw error;
    return createInMemory(access, tmpdir());
  }
}
