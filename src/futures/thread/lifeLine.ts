import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { monotonicNow } from "../clock.js";

/** ms between two looks: one costs as much as several messages. */
const lookEvery = 40;

/** A channel over which nothing is said: it tells without the event loop that the thread which holds its other end is gone. */
export class LifeLine {
  #port: MessagePort;
  readonly otherEnd: MessagePort;
  #cut = false;
  #lastLook = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.otherEnd = port2;
  }

  /** Whether the other end has been closed, as the ports of a thread are when it ends in whatever way; known within {@link lookEvery} ms. */
  get cut(): boolean {
    const now = monotonicNow();
    if (this.#cut || now - this.#lastLook < lookEvery) return this.#cut;
    this.#lastLook = now;
    receiveMessageOnPort(this.#port); // takes in the closing, if it has come
    try {
      // A port knows whether it is closed but does not say so; one that is cannot be moved.
      this.#port = structuredClone(this.#port, { transfer: [this.#port] });
      return false;
    } catch {
      this.#cut = true;
      return true;
    }
  }

  close(): void {
    this.#cut = true;
    this.#port.close();
  }
}
