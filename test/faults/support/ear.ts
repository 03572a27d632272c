import type { TaskOutput } from "concurrent-futures";
import { inTime } from "./limit.js";

/** Hears what tasks print, as a pool's `onOutput`. */
export class Ear {
  text = "";
  #heard = (): void => {};

  readonly take = ({ text }: TaskOutput): void => {
    this.text += text;
    this.#heard();
  };

  /** Resolves when what was heard so far is enough. */
  async hears(what: string, enough: (text: string) => boolean): Promise<void> {
    await inTime(
      what,
      new Promise<void>((resolve) => {
        this.#heard = () => enough(this.text) && resolve();
        this.#heard();
      }),
    );
  }
}
