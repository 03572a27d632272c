import type { Answer, Question } from "../../protocol/questions.js";
import { amplyDescribed } from "../describeValue.js";
import { jsonOf, rowsAsCsv, rowsAsJson } from "./exportText.js";
import { type RowSource, recordsOf, Table } from "./table.js";
import { childrenOf } from "./valueTree.js";

/** Values that are kept for questions, and rows of maps together; the oldest goes first, the newest stays whatever its size. */
export const keptLimit = 100;
const rowLimit = 2_000_000;

interface Kept {
  readonly value: unknown;
  /** Of a map; else what can be made of the value. */
  readonly rows?: RowSource;
  table?: Table | undefined;
}

/** The results of the last tasks, as they came from the workers. */
export class KeptValues {
  readonly #kept = new Map<string, Kept>();

  /** @param rows of a map, which are looked at as they are when they are asked for. */
  keep(taskId: string, value: unknown, rows?: RowSource): void {
    this.#kept.delete(taskId);
    this.#kept.set(taskId, { value, ...(rows && { rows }) });
    for (const oldest of [...this.#kept.keys()].slice(0, -1)) {
      if (this.#kept.size <= keptLimit && this.#rows <= rowLimit) break;
      this.#kept.delete(oldest);
    }
  }

  answer(taskId: string, question: Question): Answer {
    const kept = this.#kept.get(taskId);
    if (!kept) return { kind: "problem", reason: "gone" };
    try {
      return this.#answer(kept, question);
    } catch (error) {
      return { kind: "problem", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  get #rows(): number {
    let rows = 0;
    for (const kept of this.#kept.values()) rows += kept.rows?.length ?? 0;
    return rows;
  }

  #answer(kept: Kept, question: Question): Answer {
    switch (question.kind) {
      case "children":
        return { kind: "children", nodes: childrenOf(kept.value, question.path) };
      case "text":
        return { kind: "text", ...amplyDescribed(kept.value) };
      case "json":
        return { kind: "text", text: jsonOf(kept.value) };
      case "page":
        return { kind: "page", page: tableOf(kept).page(question.selection, question.offset, question.count) };
      case "export": {
        const table = tableOf(kept);
        const places = table.select(question.selection);
        return { kind: "text", text: question.format === "csv" ? rowsAsCsv(table.source, places) : rowsAsJson(table.source, places) };
      }
    }
  }
}

function tableOf(kept: Kept): Table {
  if (!kept.table) {
    const source = kept.rows ?? recordsOf(kept.value);
    if (!source) throw new TypeError("the value is no array of records");
    kept.table = new Table(source);
  }
  return kept.table;
}
