import { existsSync, writeFileSync } from "node:fs";
import os from "node:os";
import { generateKeys } from "../cluster/index.js";

/** `futures keygen FILE`. @returns the exit code. */
export function keygen(file: string): number {
  if (existsSync(file)) {
    process.stderr.write(`futures keygen: ${file} is there already, and is not overwritten\n`);
    return 1;
  }
  const { privateKey, publicKey } = generateKeys(`${os.userInfo().username}@${os.hostname()}`);
  writeFileSync(file, privateKey, { mode: 0o600, flag: "wx" });
  writeFileSync(`${file}.pub`, `${publicKey}\n`);
  process.stdout.write(`${publicKey}\n`);
  return 0;
}
