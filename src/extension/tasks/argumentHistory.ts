import type { Memento } from "vscode";

const key = "futures.arguments";
/** Functions whose arguments are remembered; the one not used for the longest time goes first. */
export const rememberedFunctions = 300;
/** Arguments that are remembered of one function. */
export const rememberedArguments = 10;

type Entry = readonly [name: string, texts: readonly string[]];

/** The last arguments of each function. They survive a reload of the window. */
export class ArgumentHistory {
  readonly #state: Memento;

  /** @param state Of the workspace: the same file in another workspace has a memory of its own. */
  constructor(state: Memento) {
    this.#state = state;
  }

  /** The arguments that the function was last submitted with, the latest first, each once. */
  of(uri: string, functionName: string): readonly string[] {
    return this.#entries().find(([name]) => name === nameOf(uri, functionName))?.[1] ?? [];
  }

  /** Remembers arguments; resolves when they are stored. */
  async remember(uri: string, functionName: string, argumentsText: string): Promise<void> {
    const name = nameOf(uri, functionName);
    const earlier = this.of(uri, functionName).filter((text) => text !== argumentsText);
    const others = this.#entries().filter(([other]) => other !== name);
    const entry: Entry = [name, [argumentsText, ...earlier].slice(0, rememberedArguments)];
    await this.#state.update(key, [...others, entry].slice(-rememberedFunctions));
  }

  /** The function used last comes last. What is stored may come from another version of ours: whatever does not fit is left out. */
  #entries(): Entry[] {
    const stored = this.#state.get<unknown>(key);
    return Array.isArray(stored) ? stored.flatMap(entryOf) : [];
  }
}

function entryOf(stored: unknown): Entry[] {
  if (!Array.isArray(stored) || typeof stored[0] !== "string") return [];
  const [name, texts] = stored as [string, unknown];
  if (typeof texts === "string") return [[name, [texts]]]; // as it was when one was remembered
  return Array.isArray(texts) ? [[name, texts.filter((text) => typeof text === "string")]] : [];
}

function nameOf(uri: string, functionName: string): string {
  return `${uri}#${functionName}`;
}
