import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

/**
 * Holds tasks of both pools until it is opened, and hears what they say: what CPython's tests do with an event or a queue of a manager process.
 * The worker's side is in `tasks.mjs`.
 */
export class Gate implements AsyncDisposable {
  /** What tasks are given to find it. */
  readonly address: string;
  /** What tasks have said so far, in the order in which it came. */
  readonly heard: unknown[] = [];
  readonly #server: Server;
  readonly #held = new Set<Socket>();
  #isOpen = false;
  #listeners: (() => void)[] = [];

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
  }

  static async create(): Promise<Gate> {
    const name = `gate-${randomUUID()}`;
    const address = process.platform === "win32" ? `\\\\.\\pipe\\${name}` : path.join(os.tmpdir(), name);
    const server = createServer();
    const gate = new Gate(server, address);
    server.on("connection", (socket) => gate.#take(socket));
    await once(server.listen(address), "listening");
    return gate;
  }

  #take(socket: Socket): void {
    socket.on("error", () => {}); // its worker was killed
    createInterface({ input: socket }).on("line", (line) => {
      const { word, wait } = JSON.parse(line) as { word: unknown; wait: boolean };
      if (!wait || this.#isOpen) socket.end();
      else this.#held.add(socket);
      this.heard.push(word);
      for (const listener of this.#listeners) listener();
    });
  }

  /** Resolves when tasks have said so many things, to what was said. */
  async hears(count: number): Promise<unknown[]> {
    await new Promise<void>((resolve) => {
      const listener = (): void => {
        if (this.heard.length < count) return;
        this.#listeners = this.#listeners.filter((other) => other !== listener);
        resolve();
      };
      this.#listeners.push(listener);
      listener();
    });
    return this.heard;
  }

  /** Lets all tasks go on: those that wait, and those still to come. */
  open(): void {
    this.#isOpen = true;
    for (const socket of this.#held) socket.end();
    this.#held.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.open();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
