import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { WalkKind } from "./model.js";
import type { Call } from "./work.mjs";

const gates = 64;
const calls = 512;

/** Where tasks mark that they have started, and where the gates are: shared memory for threads, files for processes. */
export class Board {
  readonly #cells: SharedArrayBuffer | undefined;
  readonly #folder: string | undefined;

  constructor(kind: WalkKind) {
    if (kind === "threads") {
      this.#cells = new SharedArrayBuffer(4 * (1 + gates + calls + 1));
      new Int32Array(this.#cells)[1 + gates + calls] = -1;
    } else this.#folder = mkdtempSync(path.join(tmpdir(), "walk-"));
  }

  call(n: number, gate: number): Call {
    return { n, gate, gates, ...(this.#cells ? { cells: this.#cells } : {}), ...(this.#folder ? { folder: this.#folder } : {}) };
  }

  open(gate: number): void {
    if (this.#folder) {
      writeFileSync(path.join(this.#folder, `gate-${gate}`), "");
      return;
    }
    const cells = new Int32Array(this.#cells as SharedArrayBuffer);
    Atomics.store(cells, 1 + gate, 1);
    Atomics.notify(cells, 1 + gate);
  }

  /** Numbers of the calls that have started, in this order. */
  starts(): number[] {
    if (this.#folder) {
      const file = path.join(this.#folder, "starts");
      return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1).map(Number) : [];
    }
    const marks = [...new Int32Array(this.#cells as SharedArrayBuffer).subarray(1 + gates)];
    const twice = marks.pop() as number;
    assert.equal(twice, -1, `task ${twice} started twice`);
    return marks
      .map((mark, n) => ({ mark, n }))
      .filter(({ mark }) => mark > 0)
      .sort((a, b) => a.mark - b.mark)
      .map(({ n }) => n);
  }

  remove(): void {
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }
}
