import type { ClaimedCall, Claims } from "../thread/claims.js";
import type { WorkerDesk } from "../thread/workerMemory.js";
import type { OpenCalls } from "./port.js";
import { nextTurn } from "./run.js";

/** ms that a worker without work sleeps before it goes back to its event loop: whoever waits for one result after the other is served faster by it. */
const longestPark = 1;

/** The call queue as a thread sees it. */
export class ThreadCalls implements OpenCalls {
  readonly #claims: Claims;
  readonly #desk: WorkerDesk;
  readonly #ring: () => void;
  #closed = false;

  /** @param ring tells the pool to look. */
  constructor(claims: Claims, desk: WorkerDesk, ring: () => void) {
    this.#claims = claims;
    this.#desk = desk;
    this.#ring = ring;
  }

  work(): void {
    this.#desk.work();
  }

  begin(): boolean {
    return this.#desk.getUp();
  }

  close(): void {
    this.#closed = true;
  }

  claim(): ClaimedCall | undefined {
    if (!this.#mayClaim) return undefined;
    const call = this.#claims.claim();
    if (call === undefined) return undefined;
    this.#desk.begin(call);
    return this.#claims.read(call);
  }

  start(call: number): boolean {
    return this.#claims.start(call);
  }

  answer(call: number, value: unknown, values?: readonly unknown[]): boolean {
    this.#desk.end();
    if (!this.#desk.write(call, value, values)) return false;
    if (this.#desk.signal()) this.#ring();
    return true;
  }

  end(): void {
    this.#desk.end();
  }

  async rest(): Promise<boolean> {
    if (this.#desk.rest()) this.#ring();
    if (this.#mayWork() && this.#desk.getUp()) return true;
    await nextTurn(); // what tasks have left behind comes first
    if (!this.#mayWork()) this.#desk.park(longestPark);
    return (this.#desk.woken || this.#mayWork()) && this.#desk.getUp();
  }

  get #mayClaim(): boolean {
    return !this.#closed && this.#desk.mayClaim;
  }

  #mayWork(): boolean {
    return this.#mayClaim && this.#claims.any;
  }
}
