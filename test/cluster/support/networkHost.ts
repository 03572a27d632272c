/** Another host, as far as the network goes: a namespace of its own, with a wire to this one that can be cut. */
import { spawnSync } from "node:child_process";

let made = 0;

const ip = (...args: string[]): boolean => spawnSync("ip", args, { stdio: "ignore" }).status === 0;

export class NetworkHost {
  readonly #name: string;
  readonly #near: string;
  /** Addresses of this host, and of the other one, on the wire. */
  readonly here: string;
  readonly there: string;

  private constructor(number: number) {
    const id = `${process.pid % 10_000}x${number}`;
    this.#name = `futures-${id}`;
    this.#near = `fn${id}`;
    this.here = `10.213.${number}.1`;
    this.there = `10.213.${number}.2`;
  }

  /** @returns `undefined` where that is not allowed: it takes root, and the command `ip`. */
  static make(): NetworkHost | undefined {
    made += 1;
    const host = new NetworkHost(made);
    const far = `${host.#near}f`;
    const isMade =
      ip("netns", "add", host.#name) &&
      ip("link", "add", host.#near, "type", "veth", "peer", "name", far) &&
      ip("link", "set", far, "netns", host.#name) &&
      ip("addr", "add", `${host.here}/24`, "dev", host.#near) &&
      ip("link", "set", host.#near, "up") &&
      ip("-n", host.#name, "addr", "add", `${host.there}/24`, "dev", far) &&
      ip("-n", host.#name, "link", "set", far, "up") &&
      ip("-n", host.#name, "link", "set", "lo", "up");
    if (isMade) return host;
    host.remove();
    return undefined;
  }

  /** What stands before a command that is to run there. */
  get prefix(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** What is sent is lost from now on, without a word to anybody; or arrives again. */
  cut(isCut: boolean): void {
    ip("link", "set", this.#near, isCut ? "down" : "up");
  }

  remove(): void {
    ip("link", "del", this.#near);
    ip("netns", "del", this.#name);
  }
}
