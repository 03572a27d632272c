import { monotonicNow } from "../clock.js";
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import { type Channel, type ChannelEnd, type ChannelEvents, refillEvery, type Transport } from "../pool/transport.js";
import { cloneableInProcess } from "../transfer/cloneable.js";
import type { WordReader } from "../transfer/words.js";
import { processCode } from "../worker/entries.js";
import { FileCalls } from "./fileCalls.js";
import { FrameBuffer, giveBackFrame, outcomeFrame, restFrame, startFrame, wakeFrame } from "./frames.js";
import { pack, unpack } from "./packets.js";
import { addPlain, readPlain } from "./plainMessages.js";
import { type ProcessLink, startProcess } from "./processLink.js";
import { placeOfPool } from "./processPlace.js";
import type { ProcessPoolOptions } from "./processPoolOptions.js";

/** Workers that are processes. */
export class ProcessTransport implements Transport {
  readonly kind = "process";
  readonly cannotBlock = "messages of processes come by the event loop; make the pool with broker: true";
  readonly cloneable = cloneableInProcess;
  readonly calls = new FileCalls();
  readonly #options: ProcessPoolOptions;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  start(setup: WorkerSetup, events: ChannelEvents): Channel {
    return new ProcessChannel(setup, this.#options, this.calls, events);
  }

  async close(): Promise<void> {
    this.calls.close();
  }
}

/** What a worker is at, as far as it has told. It takes calls only when it is at work; when there are none left it rests, and waits for the pool. */
type Phase = "working" | "resting" | "hired";

class ProcessChannel implements Channel {
  readonly #link: ProcessLink;
  readonly #calls: FileCalls;
  readonly #place: number;
  readonly #events: ChannelEvents;
  readonly #frames = new FrameBuffer();
  #phase: Phase;
  #outcomes = 0;
  /** The call that it has told to have started. */
  #current: number | undefined;
  /** ms that it has worked until it last rested, and when it was last given work. */
  #worked = 0;
  #workingSince: number | undefined;

  constructor(setup: WorkerSetup, options: ProcessPoolOptions, calls: FileCalls, events: ChannelEvents) {
    this.#calls = calls;
    this.#place = setup.place;
    this.#events = events;
    const { descriptor } = calls;
    // One that takes no calls is always at rest, unless the pool has sent it something.
    this.#phase = descriptor === undefined ? "resting" : "working";
    const link = {
      packet: (packet: Parameters<typeof unpack>[0]) => unpack<MessageFromWorker>(packet, (message) => this.#hear(message), events.unreadable),
      frame: (kind: number, number: number, body: WordReader) => this.#take(kind, number, body),
      drained: () => events.drained(),
      output: (stream: "stdout" | "stderr", text: string) => events.message({ type: "output", stream, text }),
      end: (end: ChannelEnd) => {
        processCode.ended(this);
        events.end(end);
      },
    };
    const gifts = descriptor === undefined ? undefined : { calls: descriptor, code: processCode.give(this) };
    this.#link = startProcess(setup, options, placeOfPool(), link, gifts);
  }

  get pid(): number | undefined {
    return this.#link.pid;
  }

  get current(): number | undefined {
    return this.#current;
  }

  get free(): boolean {
    return this.#phase !== "hired" && this.#current === undefined;
  }

  get busyTime(): number {
    return this.#worked + (this.#workingSince === undefined ? 0 : monotonicNow() - this.#workingSince);
  }

  send(message: MessageToWorker): void {
    if (addPlain(message, this.#frames)) this.#link.write(this.#frames.take());
    else this.#link.post(pack(message));
    if (message.type === "run" || message.type === "runChunk") this.#toWork();
  }

  wake(): boolean {
    if (this.#phase !== "resting") return false;
    this.#toWork();
    this.#frames.add(wakeFrame, 0);
    this.#link.write(this.#frames.take());
    return true;
  }

  hire(): boolean {
    if (this.#phase !== "resting") return false;
    this.#phase = "hired";
    return true;
  }

  dismiss(): void {
    if (this.#phase === "hired") this.#phase = "resting";
  }

  freeze(freezes: boolean): boolean {
    return this.#link.freeze(freezes);
  }

  kill(gently = false): void {
    this.#link.kill(gently);
  }

  hold(held: boolean): void {
    this.#link.hold(held);
  }

  #hear(message: MessageFromWorker): void {
    if (message?.type === "code") processCode.keep(message.code);
    else this.#events.message(message);
  }

  #toWork(): void {
    this.#phase = "working"; // it tells when it rests
    this.#workingSince ??= monotonicNow();
  }

  #take(kind: number, number: number, body: WordReader): void {
    switch (kind) {
      case startFrame:
        if (!this.#calls.hasStarted(number, this.#place)) return;
        this.#current = number;
        this.#workingSince ??= monotonicNow();
        break;
      case outcomeFrame:
        this.#current = undefined;
        this.#takeOutcome(number, body);
        this.#outcomes += 1;
        if (this.#outcomes % refillEvery === 0) this.#events.taken?.();
        break;
      case giveBackFrame:
        this.#phase = "hired";
        if (this.#calls.givenBack(number)) this.#events.givenBack?.(number);
        else this.dismiss();
        break;
      case restFrame:
        this.#phase = "resting";
        this.#worked = number;
        this.#workingSince = undefined;
        break;
      default: {
        const message = readPlain(kind, number, body);
        if (message) this.#events.message(message as MessageFromWorker);
      }
    }
  }

  #takeOutcome(call: number, body: WordReader): void {
    const count = body.word();
    const isChunk = count >= 0;
    this.#events.outcome(call, isChunk, isChunk ? Array.from({ length: count }, () => body.value()) : body.value());
  }
}
