import type { Memento } from "vscode";

const key = "futures.arguments";
/** Functions whose arguments are remembered; the one not used for the longest time goes first. */
export const rememberedFunctions = 300;

/** The last arguments of each function. They survive a reload of the window. */
export class ArgumentHistory {
  readonly #state: Memento;

  /** @param state Of the workspace: the same file in another workspace has a memory of its own. */
  constructor(state: Memento) {
    this.#state = state;
  }

  /** The last arguments that the function was submitted with. */
  last(uri: string, functionName: string): string | undefined {
    return this.#entries().find(([name]) => name === nameOf(uri, functionName))?.[1];
  }

  /** Remembers arguments; resolves when they are stored. */
  async remember(uri: string, functionName: string, argumentsText: string): Promise<void> {
    const name = nameOf(uri, functionName);
    const others = this.#entries().filter(([other]) => other !== name);
    await this.#state.update(key, [...others, [name, argumentsText]].slice(-rememberedFunctions));
  }

  /** Oldest first. What is stored may come from another version of ours: whatever does not fit is left out. */
  #entries(): [name: string, argumentsText: string][] {
    const stored = this.#state.get<unknown>(key);
    const isEntry = (entry: unknown): entry is [string, string] =>
      Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "string";
    return Array.isArray(stored) ? stored.filter(isEntry) : [];
  }
}

function nameOf(uri: string, functionName: string): string {
  return `${uri}#${functionName}`;
}
