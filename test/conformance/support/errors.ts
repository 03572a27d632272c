import assert from "node:assert/strict";
import { BrokenProcessPool, BrokenThreadPool } from "concurrent-futures";
import type { Ground } from "../rows/row.js";

/** What the futures of a broken pool fail with. */
export const brokenClasses = { threads: BrokenThreadPool, processes: BrokenProcessPool } as const;

/** For `assert.rejects`: the error of a broken pool whose text and cause give the reason. */
export const isBrokenBecause =
  (ground: Ground, reason: RegExp) =>
  (error: unknown): true => {
    assert.ok(error instanceof brokenClasses[ground], String(error));
    assert.match(error.message, reason);
    assert.match(String(error.cause), reason);
    return true;
  };
