import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";

/** Committed pictures are replaced on demand (`npm run screenshots`) or when they are missing; else a test run would leave changed files behind. */
export function pictureFile(name: string): string {
  const repository = process.cwd();
  const committed = path.join(repository, "media", "screenshots", name);
  const file = process.env["UPDATE_SCREENSHOTS"] || !existsSync(committed) ? committed : path.join(repository, "out", "screenshots", name);
  mkdirSync(path.dirname(file), { recursive: true });
  return file;
}
