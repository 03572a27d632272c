import * as vscode from "vscode";
import type { ClusterSettings } from "../../protocol/messages.js";
import { clusterId, clusterNameOf, type ExecutorId } from "../../protocol/values.js";
import type { ConfigValue } from "../config.js";
import { Disposables } from "../disposables.js";
import { type Disposable, Emitter } from "../emitter.js";
import { executorKinds } from "../ids.js";
import type { Messages } from "../messages.js";
import { placeOf, readClusters } from "./readClusters.js";

/** The clusters of the settings; what of them does not fit is told. */
export class Clusters implements Disposable {
  readonly #disposables = new Disposables();
  readonly #messages: Messages;
  readonly #changes = this.#disposables.add(new Emitter<void>());
  #all: readonly ClusterSettings[] = [];
  #told: readonly string[] = [];

  readonly onDidChange = this.#changes.event;

  constructor(setting: ConfigValue<Readonly<Record<string, unknown>>>, messages: Messages) {
    this.#messages = messages;
    this.#read(setting.value);
    this.#disposables.add(
      setting.onDidChange((value) => {
        this.#read(value);
        this.#changes.fire();
      }),
    );
  }

  /** In the order of the settings. With secrets: for the kernel alone. */
  get settings(): readonly ClusterSettings[] {
    return this.#all;
  }

  get names(): readonly string[] {
    return this.#all.map(({ name }) => name);
  }

  /** Every executor that there is, in the order in which they are offered. */
  get executors(): readonly ExecutorId[] {
    return [...executorKinds, ...this.names.map(clusterId)];
  }

  /** Where it is, if the executor is a cluster: `host:port · queue`. */
  placeOf(executor: ExecutorId): string | undefined {
    const name = clusterNameOf(executor);
    const found = this.#all.find((cluster) => cluster.name === name);
    return found && placeOf(found, process.env);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #read(setting: unknown): void {
    const { t } = vscode.l10n;
    const { clusters, problems } = readClusters(setting, t);
    const action = { title: t("Open Settings"), command: { id: "workbench.action.openSettings", args: ["futures.executors"] } } as const;
    for (const problem of problems) if (!this.#told.includes(problem)) this.#messages.warn(problem, action);
    this.#all = clusters;
    this.#told = problems;
  }
}
