import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import { LifeLine } from "./lifeLine.js";

export interface SyncPortEvents<In> {
  message(message: In): void;
  /** A message came that cannot be read. */
  unreadable(error: unknown): void;
  /** Called once, after the last message. `exitCode` is `null` if nobody told it. */
  end(exitCode: number | null, failure: unknown): void;
}

/**
 * A channel to a thread that can be read with the event loop and without it. Not the thread's own port: that one cannot be read without, and
 * it is the user's.
 */
export class SyncPort<In, Out> {
  readonly #port: MessagePort;
  readonly #lifeLine = new LifeLine();
  /** The other ends, to be given to the thread; both close with it. */
  readonly theirs: { readonly port: MessagePort; readonly lifeLine: MessagePort };
  #events: SyncPortEvents<In> | undefined;
  #worker: Worker | undefined;
  #ended = false;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.theirs = { port: port2, lifeLine: this.#lifeLine.otherEnd };
  }

  /** Once, when the thread has been started. */
  attach(worker: Worker, events: SyncPortEvents<In>): void {
    this.#worker = worker;
    this.#events = events;
    let failure: unknown;
    this.#port.on("message", (message: In) => events.message(message));
    this.#port.on("messageerror", (error) => events.unreadable(error));
    // The thread has closed its end: there is nobody to talk to, whatever else it does.
    this.#port.on("close", () => void worker.terminate());
    worker.on("error", (error) => (failure = error));
    worker.on("exit", (exitCode) => this.#end(exitCode, failure));
  }

  /** @throws what structured clone throws; then nothing was sent. */
  post(message: Out, transfer?: readonly object[]): void {
    this.#port.postMessage(message, transfer as ArrayBuffer[] | undefined);
  }

  /** Takes in what has arrived, and the end of the thread, without the event loop. @param exitCode what the thread said before its end, if it did. */
  drain(exitCode: () => number | null): void {
    this.#receiveAll();
    // Node tells the end of a thread by the event loop only.
    if (!this.#ended && this.#lifeLine.cut) this.#end(exitCode(), undefined);
  }

  /** Whether the thread keeps the program from ending. */
  hold(held: boolean): void {
    const method = held ? "ref" : "unref";
    this.#worker?.[method]();
    if (!this.#ended) this.#port[method]();
  }

  /** Takes in one message without the event loop. @returns false if there is none. */
  receive(): boolean {
    try {
      const received = this.#ended ? undefined : receiveMessageOnPort(this.#port);
      if (!received) return false;
      this.#events?.message(received.message);
    } catch (error) {
      this.#events?.unreadable(error);
    }
    return true;
  }

  #receiveAll(): void {
    while (this.receive());
  }

  #end(exitCode: number | null, failure: unknown): void {
    this.#receiveAll();
    if (this.#ended) return;
    this.#ended = true;
    this.#port.close();
    this.#lifeLine.close();
    this.#events?.end(exitCode, failure);
  }
}
