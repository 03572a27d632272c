import * as vscode from "vscode";
import { Disposables } from "./disposables.js";
import { type Disposable, Emitter, type Event } from "./emitter.js";
import { executorKinds, lineKinds, onTimeouts, type Settings, section } from "./ids.js";

/** Connections are in it, which hold passwords. */
const secret: keyof Settings = "executors";

/** One setting: its value as it is now, and an event when it changes. */
export interface ConfigValue<T> extends Disposable {
  readonly value: T;
  readonly onDidChange: Event<T>;
}

/** All settings, each checked: what does not fit counts as not set and is logged once. */
export type Config = { readonly [K in keyof Settings]: ConfigValue<Settings[K]> } & Disposable;

/**
 * Reads our settings and follows them.
 *
 * @param log Where a value that does not fit is told.
 */
export function readConfig(log: { warn(message: string): void }): Config {
  const disposables = new Disposables();
  const isCount = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value >= 0;
  const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
  const isBoolean = (value: unknown): boolean => typeof value === "boolean";
  const setting = <K extends keyof Settings>(key: K, fits: (value: unknown) => boolean): ConfigValue<Settings[K]> =>
    disposables.add(new Setting<Settings[K]>(key, fits, log));
  return {
    runtime: setting("runtime", (value) => typeof value === "string"),
    executor: setting("executor", (value) => executorKinds.some((kind) => kind === value)),
    executors: setting("executors", isObject),
    resultTimeout: setting("resultTimeout", isCount),
    onTimeout: setting("onTimeout", (value) => onTimeouts.some((one) => one === value)),
    maxWorkers: setting("maxWorkers", (value) => isCount(value) && Number.isInteger(value)),
    maxMemory: setting("maxMemory", isCount),
    stopGrace: setting("stopGrace", isCount),
    envFile: setting("envFile", (value) => typeof value === "string"),
    execArgv: setting("execArgv", (value) => Array.isArray(value) && value.every((item) => typeof item === "string" && item.startsWith("-"))),
    rerunOnSave: setting("rerunOnSave", isBoolean),
    cellTimeout: setting("cellTimeout", isCount),
    "inlineText.enabled": setting("inlineText.enabled", isBoolean),
    "inlineText.maxLength": setting("inlineText.maxLength", (value) => isCount(value) && Number(value) >= 10),
    "inlineText.states": setting("inlineText.states", (value) => Array.isArray(value) && value.every((kind) => lineKinds.includes(kind))),
    "codeLens.enabled": setting("codeLens.enabled", isBoolean),
    dispose: () => disposables.dispose(),
  };
}

class Setting<T> implements ConfigValue<T> {
  readonly #key: string;
  readonly #fits: (value: unknown) => boolean;
  readonly #log: { warn(message: string): void };
  readonly #changes = new Emitter<T>();
  readonly #subscription: Disposable;
  #value: T;
  #complaint = "";

  readonly onDidChange = this.#changes.event;

  constructor(key: string, fits: (value: unknown) => boolean, log: { warn(message: string): void }) {
    this.#key = key;
    this.#fits = fits;
    this.#log = log;
    this.#value = this.#read();
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(`${section}.${key}`)) return;
      const before = this.#value;
      this.#value = this.#read();
      if (this.#value !== before) this.#changes.fire(this.#value);
    });
  }

  get value(): T {
    return this.#value;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  #read(): T {
    const configuration = vscode.workspace.getConfiguration(section);
    const value: unknown = configuration.get(this.#key);
    if (this.#fits(value)) {
      this.#complaint = "";
      return value as T;
    }
    const standard = configuration.inspect(this.#key)?.defaultValue as T;
    const is = this.#key === secret ? "not what it has to be" : `${JSON.stringify(value)}, which does not fit`;
    const complaint = `The setting ${section}.${this.#key} is ${is}; ${JSON.stringify(standard)} is used instead.`;
    if (complaint !== this.#complaint) this.#log.warn(complaint);
    this.#complaint = complaint;
    return standard;
  }
}
