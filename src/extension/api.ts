import type { Clusters } from "./clusters/clusters.js";
import type { FunctionCodeLenses } from "./editor/codeLens.js";
import type { Kernels } from "./kernel/kernels.js";
import type { Messages } from "./messages.js";
import type { NotebookRuns } from "./notebook/notebookRuns.js";
import type { TablePanels } from "./table/tablePanel.js";
import type { ArgumentHistory } from "./tasks/argumentHistory.js";
import type { ExecutorChoice } from "./tasks/executorChoice.js";
import type { ExecutorStore } from "./tasks/executorStore.js";
import type { TaskHistory } from "./tasks/taskHistory.js";
import type { TaskStore } from "./tasks/taskStore.js";
import type { Tools } from "./tools/tools.js";
import type { KernelStatus } from "./views/kernelStatus.js";
import type { StatusBar } from "./views/statusBar.js";
import type { TaskLayout } from "./views/taskLayout.js";
import type { TaskTree } from "./views/taskTree.js";
import type { VariablesTree } from "./views/variablesTree.js";

/** What `activate` returns: for our own tests. No promise is made to other extensions. */
export interface ExtensionApi {
  readonly store: TaskStore;
  readonly executors: ExecutorStore;
  readonly kernels: Kernels;
  readonly history: ArgumentHistory;
  readonly taskHistory: TaskHistory;
  readonly choice: ExecutorChoice;
  readonly clusters: Clusters;
  readonly messages: Messages;
  readonly tree: TaskTree;
  readonly layout: TaskLayout;
  readonly tables: TablePanels;
  readonly tools: Tools;
  readonly codeLenses: FunctionCodeLenses;
  readonly statusBar: StatusBar;
  readonly kernelStatus: KernelStatus;
  readonly runs: NotebookRuns;
  readonly variables: VariablesTree;
}
