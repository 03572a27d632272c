import path from "node:path";
import * as vscode from "vscode";
import type { ExtensionApi } from "./api.js";
import { Clusters } from "./clusters/clusters.js";
import { CancelCommand } from "./commands/cancelCommand.js";
import { exportTimeline } from "./commands/exportTimeline.js";
import { restartKernel } from "./commands/kernelCommands.js";
import { filterTasks, groupTasks } from "./commands/layoutCommands.js";
import { mapOver } from "./commands/mapCommand.js";
import { openExample } from "./commands/openExample.js";
import { registerCommands } from "./commands/register.js";
import { selectExecutor } from "./commands/selectExecutor.js";
import { showMenu } from "./commands/showMenu.js";
import { showResolution } from "./commands/showResolution.js";
import { SubmitCommands } from "./commands/submitCommands.js";
import { askHow } from "./commands/submitWith.js";
import { TaskCommands } from "./commands/taskCommands.js";
import { ValueCommands } from "./commands/valueCommands.js";
import { readConfig } from "./config.js";
import { followContextKeys } from "./contextKeys.js";
import { Disposables } from "./disposables.js";
import { FunctionCodeLenses } from "./editor/codeLens.js";
import { LineDecorations } from "./editor/decorations.js";
import { EditTracker } from "./editor/editTracker.js";
import { FunctionIndex } from "./editor/functionIndex.js";
import { TaskHovers } from "./editor/hover.js";
import { Placements } from "./editor/placements.js";
import { Problems } from "./editor/problems.js";
import { TextChanges } from "./editor/textChanges.js";
import { ValueDocuments } from "./editor/valueDocuments.js";
import { notebookTypes } from "./ids.js";
import { Kernels } from "./kernel/kernels.js";
import { createLog, TaskOutput } from "./log.js";
import { Messages } from "./messages.js";
import { CellCodeLenses } from "./notebook/cellCodeLens.js";
import { CellDebugging } from "./notebook/cellDebugging.js";
import { CellStatusItems } from "./notebook/cellStatusItems.js";
import { Controllers } from "./notebook/controllers.js";
import { NotebookCommands } from "./notebook/notebookCommands.js";
import { NotebookRuns } from "./notebook/notebookRuns.js";
import { PlainSerializer } from "./notebook/plainSerializer.js";
import { SessionTasks } from "./notebook/sessionTasks.js";
import { TypeScriptServer } from "./notebook/typescriptServer.js";
import { answerRenderer } from "./notebook/valueRenderer.js";
import { TablePanels } from "./table/tablePanel.js";
import { ArgumentHistory } from "./tasks/argumentHistory.js";
import { Debugging } from "./tasks/debugging.js";
import { ExecutorChoice } from "./tasks/executorChoice.js";
import { ExecutorStore } from "./tasks/executorStore.js";
import { RerunOnSave } from "./tasks/rerunOnSave.js";
import { Submitter } from "./tasks/submitter.js";
import { TaskHistory } from "./tasks/taskHistory.js";
import { TaskStore } from "./tasks/taskStore.js";
import { Tools } from "./tools/tools.js";
import { KernelStatus } from "./views/kernelStatus.js";
import { MapNotifications } from "./views/mapNotifications.js";
import { StatusBar } from "./views/statusBar.js";
import { TaskLayout } from "./views/taskLayout.js";
import { TaskTree } from "./views/taskTree.js";
import { VariablesTree } from "./views/variablesTree.js";

let running: { readonly disposables: Disposables; readonly kernels: Kernels } | undefined;

/** Puts the extension together. Nothing is started: the kernel comes with the first submission. */
export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const disposables = new Disposables();
  const add = disposables.add.bind(disposables);
  const log = add(createLog());
  const config = add(readConfig(log));
  const messages = add(new Messages(log));

  const clusters = add(new Clusters(config.executors, messages));
  const store = add(new TaskStore());
  const executors = add(new ExecutorStore());
  const choice = add(new ExecutorChoice(context.workspaceState, config.executor, clusters));
  const history = new ArgumentHistory(context.workspaceState);
  const taskHistory = add(new TaskHistory(store, context.workspaceState));
  const output = add(new TaskOutput(store));
  const modulePath = vscode.Uri.joinPath(context.extensionUri, "dist", "kernel", "main.js").fsPath;
  const storage = path.join((context.storageUri ?? context.globalStorageUri).fsPath, "programs");
  const kernels = add(new Kernels({ store, executors, output, config, clusters, messages, log, modulePath, storage }));

  const index = add(new FunctionIndex());
  const tracker = new EditTracker();
  const placements = new Placements(store, index, tracker);
  add(new TextChanges(store, tracker, index));
  add(new LineDecorations(store, placements, index, config));
  add(new Problems(store, placements, index));
  const codeLenses = add(new FunctionCodeLenses(index, config));
  add(new TaskHovers(placements));
  const values = add(new ValueDocuments(store, kernels.ask.bind(kernels)));
  const layout = add(new TaskLayout(context.workspaceState));
  const tree = add(new TaskTree(store, executors, choice, clusters, layout, kernels.ask.bind(kernels)));
  add(tree.view.onDidChangeVisibility(({ visible }) => kernels.watchClusters(visible)));
  const kernelStatus = add(new KernelStatus(executors));
  const statusBar = add(new StatusBar(store, choice));
  add(followContextKeys(store, layout));

  const submitter = new Submitter({ store, index, tracker, history, choice, clusters, kernels, config });
  add(new RerunOnSave({ store, submitter, kernels, config, log }));
  const tools = add(new Tools({ store, index, submitter, choice, clusters }));
  const submits = new SubmitCommands(submitter, store, index, () => askHow(choice, clusters, config));
  const cancels = new CancelCommand(store, kernels, index, messages);
  const tables = add(new TablePanels({ store, kernels, submitter, messages, extensionUri: context.extensionUri }));
  const tasks = new TaskCommands(store, placements);
  const valueCommands = new ValueCommands({ store, kernels, values, tables, submitter });
  add(new MapNotifications(store, kernels));
  const own = vscode.Uri.joinPath(context.extensionUri, "dist").fsPath;
  const cellDebugging = add(new CellDebugging(messages, storage, own));
  const runs = add(new NotebookRuns({ kernels, config, messages, output, debugging: cellDebugging, storage }));
  add(new SessionTasks({ store, kernels, runs, index, tracker }));
  const controllers = add(new Controllers(runs));
  const notebooks = new NotebookCommands(runs, controllers, context.extensionUri);
  for (const type of notebookTypes) add(vscode.workspace.registerNotebookSerializer(type, new PlainSerializer(), { transientOutputs: true }));
  const variables = add(new VariablesTree(kernels, runs));
  add(answerRenderer(kernels));
  add(new TypeScriptServer());
  add(new CellStatusItems(runs));
  add(new CellCodeLenses(config));
  add(new Debugging({ store, kernels, messages, storage, own }));
  const handlers = {
    "futures.submit": submits.submit.bind(submits),
    "futures.submitWith": submits.submitWith.bind(submits),
    "futures.submitAgain": submits.submitAgain.bind(submits),
    "futures.cancel": cancels.cancel.bind(cancels),
    "futures.interruptAll": cancels.cancelAll.bind(cancels),
    "futures.groupTasks": groupTasks.bind(undefined, layout),
    "futures.filterTasks": filterTasks.bind(undefined, layout),
    "futures.clearFilter": () => layout.find(""),
    "futures.selectExecutor": selectExecutor.bind(undefined, choice, clusters),
    "futures.showMenu": showMenu.bind(undefined, store, choice),
    "futures.exportTimeline": exportTimeline.bind(undefined, store),
    "futures.showResolution": showResolution.bind(undefined, kernels, values),
    "futures.openExample": openExample.bind(undefined, context.extensionUri),
    "futures.debug": submits.debug.bind(submits),
    "futures.map": mapOver.bind(undefined, submitter, index, history),
    "futures.rerunFailed": valueCommands.rerunFailed.bind(valueCommands),
    "futures.showTable": valueCommands.showTable.bind(valueCommands),
    "futures.openValue": valueCommands.openValue.bind(valueCommands),
    "futures.copyValue": valueCommands.copyValue.bind(valueCommands),
    "futures.copyJson": valueCommands.copyJson.bind(valueCommands),
    "futures.copyNodeValue": valueCommands.copyNodeValue.bind(valueCommands),
    "futures.openFrame": tasks.openFrame.bind(tasks),
    "futures.revealFunction": tasks.revealFunction.bind(tasks),
    "futures.clearTasks": () => store.clearSettled(),
    "futures.restartKernel": () => restartKernel(kernels, messages),
    "futures.restartNotebook": notebooks.restart.bind(notebooks),
    "futures.restartAndRunAll": notebooks.restartAndRunAll.bind(notebooks),
    "futures.debugCell": notebooks.debugCell.bind(notebooks),
    "futures.openFullOutput": notebooks.openFullOutput.bind(notebooks),
    "futures.runCell": notebooks.runCell.bind(notebooks),
    "futures.exportModule": notebooks.exportModule.bind(notebooks),
    "futures.exportScript": notebooks.exportScript.bind(notebooks),
    "futures.newNotebook": notebooks.create.bind(notebooks),
    "futures.showOutput": () => output.show(),
    "futures.showLog": () => log.show(),
  };
  add(registerCommands(handlers, messages));
  running = { disposables, kernels };
  return {
    store,
    executors,
    kernels,
    history,
    taskHistory,
    choice,
    clusters,
    messages,
    tree,
    layout,
    tables,
    tools,
    codeLenses,
    statusBar,
    kernelStatus,
    runs,
    variables,
  };
}

/** Ends everything; resolves when no process of ours is left. */
export async function deactivate(): Promise<void> {
  const ending = running;
  running = undefined;
  ending?.disposables.dispose();
  await ending?.kernels.gone();
}
