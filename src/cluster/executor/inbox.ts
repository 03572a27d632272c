/** What workers and the queue tell of tasks: opened, read, and brought to the futures. */
import { monotonicNow } from "../../futures/clock.js";
import { type ChunkOutcomes, deserializeThrown, deserializeValue } from "../../futures/index.js";
import type { Engine, JobState } from "../engine/engine.js";
import type { contextOf } from "../engine/names.js";
import { NotTrustedError, TaskLostError } from "../errors.js";
import { type Bytes, type MessageContent, type ResultContent, read } from "../messages.js";
import type { ClusterTask } from "./clusterTask.js";

export interface InboxParts {
  readonly context: ReturnType<typeof contextOf>;
  readonly submitter: string;
  /** @returns the content of a frame. @throws NotTrustedError */
  open(context: string, frame: Buffer): Buffer;
  /** `undefined`: it is not open any more. */
  task(id: string): ClusterTask | undefined;
  engine(): Engine;
  started(task: ClusterTask, worker: string): void;
  /** A worker wants to know whether the task is this submitter's. */
  asked(id: string): void;
  printed(task: ClusterTask, output: MessageContent & { readonly type: "output" }): void;
  /** Something was not read: somebody else writes to the queue, or a key is missing here. */
  refused(error: unknown): void;
}

export class Inbox {
  readonly #parts: InboxParts;

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  message(frame: Buffer): void {
    const { context, submitter } = this.#parts;
    let message: MessageContent;
    try {
      message = read<MessageContent>(this.#parts.open(context.message(submitter), frame));
    } catch (error) {
      this.#parts.refused(error);
      return;
    }
    const task = this.#heardOf(message.id);
    if (message.type === "unsealed") this.#parts.asked(message.id);
    if (!task || message.type === "unsealed") return;
    if (message.type === "started") this.#parts.started(task, message.worker);
    else if (message.type === "progress") task.future.addProgress(deserializeValue(message.value));
    else this.#parts.printed(task, message);
  }

  async result(id: string, frame: Buffer): Promise<void> {
    const task = this.#heardOf(id);
    if (!task) return;
    const { context } = this.#parts;
    try {
      const result = read<ResultContent>(this.#parts.open(context.result(id), frame));
      // At once where it can be: results come in the order in which they were told.
      if (result.kind === "value")
        this.#finish(task, deserializeValue("bytes" in result.value ? result.value.bytes : await this.#load(result.value)));
      else if (result.kind === "error") this.#fail(task, deserializeThrown(await this.#load(result.error)));
      else {
        const values = deserializeValue(await this.#load(result.values)) as unknown[];
        const errors = new Map(result.errors.map(([place, error]) => [place, deserializeThrown(error)]));
        this.#finish(task, { values, ...(errors.size > 0 && { errors }) } satisfies ChunkOutcomes);
      }
    } catch (error) {
      if (error instanceof NotTrustedError) this.#parts.refused(error);
      else this.#fail(task, error);
    }
  }

  /** What the queue says of a task that nothing was heard of. @param isSent false: it may not be there yet. */
  found(task: ClusterTask, found: JobState, isSent: boolean): void {
    if (task.future.done()) return;
    switch (found.state) {
      case "active":
        this.#parts.started(task, "a worker");
        break;
      case "finished":
        void this.result(task.id, found.frame);
        break;
      case "failed":
        this.#fail(task, found.reason.startsWith("refused") ? new NotTrustedError(found.reason) : new TaskLostError(found.reason));
        break;
      case "gone":
        if (isSent) this.#fail(task, new TaskLostError(gone));
        break;
      case "waiting":
        break;
    }
  }

  #heardOf(id: string): ClusterTask | undefined {
    const task = this.#parts.task(id);
    if (task) task.heardOf = monotonicNow();
    return task;
  }

  async #load(bytes: Bytes): Promise<Uint8Array> {
    return "bytes" in bytes ? bytes.bytes : this.#parts.engine().load(bytes, "the result");
  }

  #finish({ future }: ClusterTask, value: unknown): void {
    if (!future.done()) future.setResult(value);
  }

  #fail({ future, stopped }: ClusterTask, error: unknown): void {
    if (!future.done()) future.setException(stopped ? stopped.reason : error);
  }
}

const gone = "the queue does not know the task any more: the server has lost its data, or the result was kept for too short a time";
