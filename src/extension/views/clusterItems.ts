/** Clusters in the tree, and their workers on other machines. */
import * as vscode from "vscode";
import type { ClusterDescription, RemoteWorkerDescription } from "../../protocol/values.js";
import { colorId, contextValues } from "../ids.js";
import type { ClusterNode, RemoteWorkerNode } from "./treeNodes.js";

/** @param place `host:port · queue`. @param known absent: it was not used yet. */
export function clusterItem({ id, cluster }: ClusterNode, place: string, known: ClusterDescription | undefined, selected: boolean): vscode.TreeItem {
  const { t } = vscode.l10n;
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  const workers = known?.workers ?? [];
  const parts = [...(selected ? [t("selected")] : []), place, ...(known ? [stateOf(known)] : [])];
  const description = parts.join(" · ");
  const icon = known?.problem !== undefined ? "warning" : selected ? "pass" : "circle-large-outline";
  return Object.assign(new vscode.TreeItem(cluster, workers.length === 0 ? None : selected ? Expanded : Collapsed), {
    id,
    description,
    tooltip: [t("Runs functions on the workers of a queue, on this machine and others."), place, ...(known?.problem ? [known.problem] : [])].join(
      "\n",
    ),
    iconPath: new vscode.ThemeIcon(icon),
    contextValue: contextValues.executor,
    accessibilityInformation: { label: `${cluster}, ${description}` },
  });
}

function stateOf({ workers, problem }: ClusterDescription): string {
  const { t } = vscode.l10n;
  if (problem !== undefined) return problem;
  if (workers.length === 0) return t("no workers");
  const sum = (of: (worker: RemoteWorkerDescription) => number): number => workers.reduce((total, worker) => total + of(worker), 0);
  return t(
    "{0} of {1} busy",
    sum(({ running }) => running),
    sum(({ slots }) => slots),
  );
}

export function remoteWorkerItem({ id, worker: name }: RemoteWorkerNode, worker: RemoteWorkerDescription | undefined): vscode.TreeItem {
  const { t } = vscode.l10n;
  if (!worker) return Object.assign(new vscode.TreeItem(name), { id, description: t("gone"), contextValue: contextValues.worker });
  const { host, pid, slots, running, load, nodeVersion, version, state } = worker;
  const facts = [host, `${running}/${slots}`, t("load {0}", load.toFixed(1)), ...(state === "draining" ? [t("takes no more work")] : [])];
  const description = facts.join(" · ");
  const versions = `Node.js ${nodeVersion.replace(/^v/, "")}, concurrent-futures ${version}`;
  return Object.assign(new vscode.TreeItem(name), {
    id,
    description,
    tooltip: [t("{0} (pid {1})", name, pid), description, versions].join("\n"),
    iconPath: running > 0 ? new vscode.ThemeIcon("vm-running", new vscode.ThemeColor(colorId("running"))) : new vscode.ThemeIcon("vm-outline"),
    contextValue: contextValues.worker,
    accessibilityInformation: { label: `${name}, ${description}` },
  });
}
