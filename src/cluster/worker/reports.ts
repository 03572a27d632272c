import type { Redis } from "ioredis";
import type { keysOf } from "../engine/names.js";
import type { ReportContent } from "../messages.js";

/** ms between two reports, and after which a worker that has not reported is gone. */
const reportEvery = 2_000;
export const reportKept = 8_000;

/** Version of the package, which the build knows. */
declare const futuresVersion: string | undefined;
const version = typeof futuresVersion === "string" ? futuresVersion : "unbuilt";

/** Tells the server that this worker is there, and what it does. */
export class Reports {
  readonly #client: Redis;
  readonly #keys: ReturnType<typeof keysOf>;
  readonly #seal: (content: ReportContent) => Buffer;
  readonly #state: () => Omit<ReportContent, "version" | "startedAt">;
  readonly #startedAt = Date.now();
  readonly #timer = setInterval(() => void this.tell(), reportEvery);

  constructor(
    client: Redis,
    keys: ReturnType<typeof keysOf>,
    seal: (content: ReportContent) => Buffer,
    state: () => Omit<ReportContent, "version" | "startedAt">,
  ) {
    this.#client = client;
    this.#keys = keys;
    this.#seal = seal;
    this.#state = state;
  }

  async tell(): Promise<void> {
    const content = { ...this.#state(), version, startedAt: this.#startedAt };
    try {
      await this.#client
        .multi()
        .set(this.#keys.worker(content.name), this.#seal(content), "PX", reportKept)
        .zadd(this.#keys.workers, Date.now(), content.name)
        .zremrangebyscore(this.#keys.workers, 0, Date.now() - reportKept)
        .exec();
    } catch {
      // The next one tells it, if the server is back by then.
    }
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    const { name } = this.#state();
    await this.#client
      .multi()
      .del(this.#keys.worker(name))
      .zrem(this.#keys.workers, name)
      .exec()
      .catch(() => {});
  }
}
