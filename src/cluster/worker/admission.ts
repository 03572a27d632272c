import type { contextOf } from "../engine/names.js";
import { NotTrustedError, TaskLostError } from "../errors.js";
import { isPaired, type PairKeys, type Peer, ReceivedFrame } from "../security/pairs.js";
import type { Seal } from "../security/seal.js";
import type { Submitters } from "./submitters.js";

/** ms between two questions to a submitter that does not answer: what is told may be lost. */
const askEvery = 1_000;

export interface AdmissionParts {
  readonly seal: Seal;
  readonly context: ReturnType<typeof contextOf>;
  readonly pairKeys: PairKeys | undefined;
  readonly submitters: Submitters;
  /** Asks a submitter whether the task is its own. */
  ask(submitter: string, id: string): void;
}

/** A task that may be read. */
export interface Admitted {
  readonly content: Buffer;
  /** Its submitter, if that has a secret with this worker, and knows. */
  readonly peer?: Peer;
}

interface Asked {
  readonly digest: Buffer;
  vouched(isSame: boolean): void;
  stopped(reason: Error): void;
}

/** Finds out of each task whose it is, before anything of it is read. */
export class Admission {
  readonly #parts: AdmissionParts;
  /** By the ids of tasks. */
  readonly #asked = new Map<string, Asked>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Rejects with NotTrustedError if it is of nobody who is trusted; with TaskLostError if that cannot be known, since its submitter is gone. */
  async admit(id: string, frame: Buffer): Promise<Admitted> {
    const { seal, context, pairKeys, submitters } = this.#parts;
    if (!pairKeys || !isPaired(frame)) return { content: seal.open(context.task(id), frame) };
    const received = new ReceivedFrame(frame);
    const submitter = id.slice(0, id.lastIndexOf("-"));
    if (!received.isFor(pairKeys.id)) {
      await this.#askFor(id, submitter, received.digest);
      return { content: received.content };
    }
    const peer = await submitters.peer(submitter);
    if (!peer) throw new TaskLostError(gone);
    return { content: received.open(context.task(id), pairKeys.id, peer), peer };
  }

  /** What a submitter has said. */
  vouched(id: string, digest: Uint8Array): void {
    const asked = this.#asked.get(id);
    asked?.vouched(asked.digest.equals(digest));
  }

  /** The task is not to be run. */
  stopped(id: string): void {
    this.#asked.get(id)?.stopped(new TaskLostError("the task was stopped before it started"));
  }

  async #askFor(id: string, submitter: string, digest: Buffer): Promise<void> {
    const { ask, submitters } = this.#parts;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const vouched = (isSame: boolean): void => (isSame ? resolve() : reject(new NotTrustedError("its submitter has sent another with this id")));
        this.#asked.set(id, { digest, vouched, stopped: reject });
        const again = async (): Promise<void> => {
          if (await submitters.isThere(submitter).catch(() => true)) ask(submitter, id);
          else reject(new TaskLostError(gone));
        };
        timer = setInterval(() => void again(), askEvery);
        void again();
      });
    } finally {
      clearInterval(timer);
      this.#asked.delete(id);
    }
  }
}

const gone = "the program that has submitted the task is gone, and with it what would show that it is its own";
