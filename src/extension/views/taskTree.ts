import * as vscode from "vscode";
import type { ValueNode, ValueStep } from "../../protocol/questions.js";
import type { Clusters } from "../clusters/clusters.js";
import { Disposables } from "../disposables.js";
import { taskTooltip } from "../editor/hover.js";
import type { Disposable } from "../emitter.js";
import { executorKinds, viewIds } from "../ids.js";
import type { Kernels } from "../kernel/kernels.js";
import type { ExecutorChoice } from "../tasks/executorChoice.js";
import type { ExecutorStore } from "../tasks/executorStore.js";
import { isOpen, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { clusterItem, remoteWorkerItem } from "./clusterItems.js";
import { runtimeName } from "./runtimeText.js";
import { groupOf, type TaskLayout } from "./taskLayout.js";
import { executorItem, groupItem, kernelItem, taskItem, tasksItem, valueItem, workerItem } from "./treeItems.js";
import { type GroupNode, type TreeNode, TreeNodes } from "./treeNodes.js";

/** ms in which changes are gathered before the tree is told. */
const pause = 250;

/** The sidebar: executors with their workers, and tasks, the newest first. */
export class TaskTree implements vscode.TreeDataProvider<TreeNode>, Disposable {
  readonly #disposables = new Disposables();
  readonly #changes = this.#disposables.add(new vscode.EventEmitter<TreeNode[] | undefined>());
  readonly #nodes = new TreeNodes();
  readonly #store: TaskStore;
  readonly #executors: ExecutorStore;
  readonly #choice: ExecutorChoice;
  readonly #clusters: Clusters;
  readonly #layout: TaskLayout;
  readonly #ask: Kernels["ask"];
  readonly #view: vscode.TreeView<TreeNode>;
  /** Nodes to tell of at the end of the pause; `everything` when the top level changed. */
  readonly #changed = new Set<TreeNode>();
  #everything = false;
  #shownTop = "";
  #shownTasks = "";
  #timer: NodeJS.Timeout | undefined;
  #clock: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.#changes.event;

  /** @param ask see `Kernels.ask`. */
  constructor(store: TaskStore, executors: ExecutorStore, choice: ExecutorChoice, clusters: Clusters, layout: TaskLayout, ask: Kernels["ask"]) {
    this.#clusters = clusters;
    this.#ask = ask;
    this.#layout = layout;
    this.#store = store;
    this.#executors = executors;
    this.#choice = choice;
    this.#view = this.#disposables.add(vscode.window.createTreeView(viewIds.tasks, { treeDataProvider: this }));
    this.#disposables.add(store.onDidChange((ids) => this.#noteTasks(ids)));
    this.#disposables.add(executors.onDidChange((kernel) => this.#noteExecutors(kernel)));
    this.#disposables.add(choice.onDidChange(() => this.#noteExecutors(...this.#executors.kernels())));
    this.#disposables.add(clusters.onDidChange(() => this.#changes.fire(undefined)));
    this.#disposables.add(layout.onDidChange(() => this.#changes.fire([this.#nodes.tasks])));
    this.#disposables.add(this.#view.onDidChangeVisibility(() => this.#tick()));
  }

  getChildren(node?: TreeNode): TreeNode[] | Promise<TreeNode[]> {
    if (node?.kind === "task") return this.#valueNodes(node.taskId, []);
    return node?.kind === "value" ? this.#valueNodes(node.taskId, node.path) : this.childrenOf(node);
  }

  /** What stands below a node that is no value: that is known here. */
  childrenOf(node?: TreeNode): TreeNode[] {
    switch (node?.kind) {
      case undefined:
        return this.#top();
      case "kernel":
        return this.#executorNodes(node.kernel);
      case "executor":
        return (this.#executors.find(node.kernel, node.executor)?.workers ?? []).map(({ name }) =>
          this.#nodes.worker(node.kernel, node.executor, name),
        );
      case "cluster":
        return (this.#executors.findCluster(node.kernel, node.cluster)?.workers ?? []).map(({ name }) =>
          this.#nodes.remoteWorker(node.kernel, node.cluster, name),
        );
      case "tasks": {
        const tasks = this.#tasks();
        const { grouping } = this.#layout;
        if (grouping === "none") return tasks.map(({ id }) => this.#nodes.task(id));
        return [...new Set(tasks.map((task) => groupOf(task, grouping)))].map((group) => this.#nodes.group(group));
      }
      case "group":
        return this.#tasksOf(node).map(({ id }) => this.#nodes.task(id));
      default:
        return [];
    }
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.kind) {
      case "kernel":
        return kernelItem(node, this.#executors.infoOf(node.kernel));
      case "executor":
        return executorItem(node, this.#executors.find(node.kernel, node.executor), node.executor === this.#choice.value);
      case "worker": {
        const worker = this.#executors.find(node.kernel, node.executor)?.workers.find(({ name }) => name === node.worker);
        return workerItem(node, worker, worker?.taskId === undefined ? undefined : this.#store.get(worker.taskId));
      }
      case "cluster": {
        const { kernel, cluster, executor } = node;
        const known = this.#executors.findCluster(kernel, cluster);
        return clusterItem(node, this.#clusters.placeOf(executor) ?? "", known, executor === this.#choice.value);
      }
      case "remoteWorker":
        return remoteWorkerItem(
          node,
          this.#executors.findCluster(node.kernel, node.cluster)?.workers.find(({ name }) => name === node.worker),
        );
      case "tasks":
        return tasksItem(node, this.#tasks(), this.#layout.filter);
      case "group":
        return groupItem(node, this.#tasksOf(node), this.#layout.grouping);
      case "task":
        return taskItem(node, this.#store.get(node.taskId), Date.now());
      case "value":
        return valueItem(node);
    }
  }

  /** The tooltip of a task is its hover; made when it is asked for. */
  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const task = node.kind === "task" ? this.#store.get(node.taskId) : undefined;
    if (task) item.tooltip = taskTooltip(task, Date.now());
    return item;
  }

  /** Needed to show a node that is not unfolded yet. */
  getParent(node: TreeNode): TreeNode | undefined {
    const { grouping } = this.#layout;
    const task = node.kind === "task" ? this.#store.get(node.taskId) : undefined;
    if (task && grouping !== "none") return this.#nodes.group(groupOf(task, grouping));
    if (node.kind === "value") return undefined; // never revealed
    if (node.kind === "task" || node.kind === "group") return this.#nodes.tasks;
    if (node.kind === "worker") return this.#nodes.executor(node.kernel, node.executor);
    if (node.kind === "remoteWorker") return this.#nodes.cluster(node.kernel, node.cluster);
    return (node.kind === "executor" || node.kind === "cluster") && this.#executors.kernels().length > 1
      ? this.#nodes.kernel(node.kernel)
      : undefined;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#clock);
    this.#disposables.dispose();
  }

  /** Asked of the kernel, which has the value. */
  async #valueNodes(taskId: string, path: readonly ValueStep[]): Promise<TreeNode[]> {
    const task = this.#store.get(taskId);
    if (!task) return [];
    const answer = await this.#ask(task, { kind: "children", path });
    if (answer.kind === "children") return answer.nodes.map((part) => valueNode(taskId, [...path, part.step], part));
    const { t } = vscode.l10n;
    const gone = answer.kind === "problem" && answer.reason !== "gone" ? answer.reason : t("no longer kept: the kernel that had it has ended");
    return [valueNode(taskId, [...path, { entry: -1 }], { label: "", preview: gone, type: "", expandable: false, step: { entry: -1 } })];
  }

  /** Those that are shown, the newest first. */
  #tasks(): TaskRecord[] {
    return this.#store.all().filter((task) => this.#layout.shows(task));
  }

  #tasksOf({ group }: GroupNode): TaskRecord[] {
    return this.#tasks().filter((task) => groupOf(task, this.#layout.grouping) === group);
  }

  #top(): TreeNode[] {
    const kernels = this.#executors.kernels();
    const [only] = kernels;
    const executors: TreeNode[] =
      kernels.length === 1 && only !== undefined ? this.#executorNodes(only) : kernels.map((kernel) => this.#nodes.kernel(kernel));
    return this.#store.isEmpty ? executors : [...executors, this.#nodes.tasks];
  }

  #executorNodes(kernel: string): TreeNode[] {
    const own = executorKinds.map((kind) => this.#nodes.executor(kernel, kind));
    return [...own, ...this.#clusters.names.map((name) => this.#nodes.cluster(kernel, name))];
  }

  #noteTasks(ids: ReadonlySet<string>): void {
    for (const id of ids) {
      if (this.#store.get(id)) this.#changed.add(this.#nodes.task(id));
      else this.#nodes.deleteTask(id);
    }
    this.#schedule();
  }

  #noteExecutors(...kernels: string[]): void {
    for (const node of kernels.flatMap((kernel) => this.#executorNodes(kernel))) this.#changed.add(node);
    this.#schedule();
  }

  #schedule(): void {
    this.#everything ||=
      this.#shownTop !==
      this.#top()
        .map(({ id }) => id)
        .join();
    this.#timer ??= setTimeout(() => this.#tell(), pause);
  }

  #tell(): void {
    this.#timer = undefined;
    const running = this.#store.all().filter(({ state }) => state === "running").length;
    this.#view.badge = running === 0 ? undefined : { value: running, tooltip: vscode.l10n.t("{0} running", running) };
    const { grouping } = this.#layout;
    const tasks = this.#tasks()
      .map((task) => `${task.id}${grouping === "state" ? task.state : ""}`)
      .join();
    // The node above the tasks tells how many are open, so it changes whenever one of them does.
    const changed: TreeNode[] = [...this.#changed].filter(({ kind }) => kind !== "task" || tasks === this.#shownTasks);
    if ([...this.#changed].some(({ kind }) => kind === "task") || tasks !== this.#shownTasks) changed.push(this.#nodes.tasks);
    // So that nobody has to guess which Node.js it is.
    const infos = this.#executors.kernels().flatMap((kernel) => this.#executors.infoOf(kernel) ?? []);
    this.#view.description = infos[0] ? runtimeName(infos[0].runtime, vscode.l10n.t) : "";
    this.#changes.fire(this.#everything ? undefined : changed);
    this.#shownTop = this.#top()
      .map(({ id }) => id)
      .join();
    this.#shownTasks = tasks;
    this.#changed.clear();
    this.#everything = false;
    this.#tick();
  }

  /** Elapsed times, once a second and only while somebody may be looking. */
  #tick(): void {
    clearTimeout(this.#clock);
    const running = this.#store.open().filter(({ state }) => state === "running");
    if (!this.#view.visible || running.length === 0 || this.#disposables.disposed) return;
    this.#clock = setTimeout(() => {
      this.#changes.fire(running.filter(isOpen).map(({ id }) => this.#nodes.task(id)));
      this.#tick();
    }, 1_000);
  }

  /** The editor's own view of the tree: for tests and for showing a node. */
  get view(): vscode.TreeView<TreeNode> {
    return this.#view;
  }
}

function valueNode(taskId: string, path: readonly ValueStep[], part: ValueNode): TreeNode {
  return { kind: "value", id: `value ${taskId} ${JSON.stringify(path)}`, taskId, path, part, text: part.preview };
}
