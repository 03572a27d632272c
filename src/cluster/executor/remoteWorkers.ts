import { serializeThrown } from "../../futures/index.js";
import type { Engine } from "../engine/engine.js";
import type { contextOf } from "../engine/names.js";
import { type ControlContent, type ReportContent, read, write } from "../messages.js";
import { isPaired } from "../security/pairs.js";
import type { Seal } from "../security/seal.js";
import type { ClusterTask } from "./clusterTask.js";
import { Peers } from "./peers.js";

/** Slots of all workers together, where nobody has told how many there are. */
const slotsBelieved = 8;

export interface RemoteWorkersParts {
  readonly seal: Seal;
  readonly context: ReturnType<typeof contextOf>;
  readonly submitter: string;
  /** `undefined`: it is not connected. */
  engine(): Engine | undefined;
}

/** The workers of a queue, as one that submits knows them and speaks to them. */
export class RemoteWorkers {
  readonly #parts: RemoteWorkersParts;
  /** Those that it has secrets with; absent without keys. */
  readonly peers: Peers | undefined;
  /** What they read of this submitter, signed. */
  readonly hello: Buffer;
  #slots = slotsBelieved;

  constructor(parts: RemoteWorkersParts) {
    const { seal, context, submitter } = parts;
    this.#parts = parts;
    if (seal.knowsSigners) this.peers = new Peers(context.pair);
    this.hello = seal.seal(context.hello(submitter), this.peers?.publicKey ?? Buffer.alloc(0));
  }

  /** How many tasks they run at a time, as far as is known. */
  get slots(): number {
    return this.#slots;
  }

  /** Those that have told of themselves in the last seconds, and are trusted. */
  async look(engine: Engine): Promise<ReportContent[]> {
    const { seal, context } = this.#parts;
    const workers = (await engine.workers()).flatMap(({ name, frame }) => {
      try {
        return [read<ReportContent>(seal.open(context.report(name), frame))];
      } catch {
        return []; // of somebody whom this side does not trust
      }
    });
    this.#slots = workers.reduce((sum, { slots }) => sum + slots, 0) || slotsBelieved;
    this.peers?.learn(workers);
    return workers;
  }

  /** Leaves a sign of life for them, for so many ms. What is not known of them costs signatures, so it looks, too. */
  beat(ms: number): void {
    const engine = this.#parts.engine();
    void engine?.beat(this.hello, ms).catch(() => {});
    if (engine) void this.look(engine).catch(() => {});
  }

  /** @returns the content of what one of them has told. @throws NotTrustedError */
  open(context: string, frame: Buffer): Buffer {
    return this.peers && isPaired(frame) ? this.peers.open(context, frame) : this.#parts.seal.open(context, frame);
  }

  /** Whoever has the task is to stop it, with that reason. */
  stop(id: string, reason: unknown): void {
    this.#tell({ type: "stop", id, reason: serializeThrown(reason) });
  }

  /** To one that was not known when the task was sent. @param task `undefined` if it is not open any more. */
  vouch(id: string, task: Pick<ClusterTask, "digest"> | undefined): void {
    // One that was signed has none, and is not to be stopped for what somebody has put in its place.
    if (task) this.#tell({ type: "vouch", id, digest: task.digest ?? Buffer.alloc(0) });
    else this.stop(id, new Error("the task is not open any more"));
    const engine = this.#parts.engine();
    if (engine) void this.look(engine).catch(() => {});
  }

  #tell(message: ControlContent): void {
    const { seal, context, engine } = this.#parts;
    engine()?.tellWorkers(seal.seal(context.control, write(message)));
  }
}
