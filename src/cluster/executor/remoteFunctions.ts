import type { FunctionReference } from "../../futures/index.js";
import { bundleForRemote } from "../../programs/remoteProgram.js";
import type { Engine } from "../engine/engine.js";
import { type RemoteFunction, write } from "../messages.js";

/** The functions of an executor as workers find them. A module is bundled and sent once, as the workers of a pool load it once. */
export class RemoteFunctions {
  readonly #engine: Engine;
  readonly #programs = new Map<string, Promise<string>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @throws BuildError if the module cannot be bundled; Error if there is no esbuild. */
  async of(fn: FunctionReference): Promise<RemoteFunction> {
    if (fn.kind !== "module" || !fn.url.startsWith("file:")) return fn;
    const { path, name } = fn;
    return { kind: "program", hash: await this.#program(fn.url), path, name };
  }

  #program(url: string): Promise<string> {
    const known = this.#programs.get(url);
    if (known) return known;
    const made = this.#make(url);
    this.#programs.set(url, made);
    made.catch(() => this.#programs.delete(url));
    return made;
  }

  async #make(url: string): Promise<string> {
    return this.#engine.storeProgram(write(await bundleForRemote(url)));
  }
}
