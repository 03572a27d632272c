import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import { gone } from "../../kernel/support/processes.js";
import { activated, Files, hoverAt, messagesOf, positionOf, resetSettings, set, taskThat, when } from "./support/editor.js";

/** What a cell shows, by MIME type. */
function shown(cell: vscode.NotebookCell): string[] {
  return cell.outputs.map(({ items }) => {
    const [best, ...rest] = items;
    const text = (rest.at(-1)?.mime === "text/plain" ? rest.at(-1) : best) as vscode.NotebookCellOutputItem;
    const all = items.every(({ mime }) => mime === best?.mime) ? items : [text];
    return all.map(({ data }) => new TextDecoder().decode(data)).join("");
  });
}

describe("a notebook", () => {
  let files: Files;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
  });
  afterEach(() => resetSettings());
  after(() => files.remove());

  let count = 0;
  const open = async (text: string | Uint8Array, name = `book${++count}.nb.ts`): Promise<vscode.NotebookDocument> => {
    const uri = await files.write(name, text as string);
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(notebook);
    return notebook;
  };
  const settledCell = (cell: vscode.NotebookCell): Promise<vscode.NotebookCell> =>
    when(
      (listener) => vscode.workspace.onDidChangeNotebookDocument(listener),
      () => (cell.executionSummary?.timing && !api.runs.isBusy(cell.notebook) ? cell : undefined),
      () => `cell ${cell.index} is ${JSON.stringify(cell.executionSummary)}, ${JSON.stringify(shown(cell))}`,
    );
  const begin = (notebook: vscode.NotebookDocument, start: number, end = start + 1): Thenable<unknown> =>
    vscode.commands.executeCommand("notebook.cell.execute", { ranges: [{ start, end }], document: notebook.uri });
  /** Runs cells as the button of the toolbar does; resolves when all have ended. */
  const run = async (notebook: vscode.NotebookDocument, first: number, last = first): Promise<vscode.NotebookCell[]> => {
    const cells = notebook.getCells(new vscode.NotebookRange(first, last + 1));
    const before = cells.map(({ executionSummary }) => executionSummary?.timing?.endTime);
    await begin(notebook, first, last + 1);
    for (const [place, cell] of cells.entries()) {
      await when(
        (listener) => vscode.workspace.onDidChangeNotebookDocument(listener),
        () =>
          cell.executionSummary?.timing && cell.executionSummary.timing.endTime !== before[place] && !api.runs.isBusy(notebook) ? true : undefined,
        () => `cell ${cell.index} is ${JSON.stringify(cell.executionSummary)}, ${JSON.stringify(shown(cell))}`,
      );
    }
    return cells;
  };

  it("opens by its name, runs with our kernel from the toolbar, and is saved as it was", async () => {
    const text = "// %% [markdown]\n// # Title\n\n// %%\nconst a: number = 20;\n\n// %%\nconsole.log('hi');\na + 1\n";
    const notebook = await open(text);
    assert.equal(notebook.notebookType, "futures-notebook");
    assert.deepEqual(
      notebook.getCells().map(({ kind }) => kind),
      [1, 2, 2],
    );
    await vscode.commands.executeCommand("notebook.selectKernel", {
      id: "concurrent-futures-futures-notebook",
      extension: "concurrent-futures.concurrent-futures",
    });
    await vscode.commands.executeCommand("notebook.execute");
    const last = await settledCell(notebook.cellAt(2));
    assert.deepEqual(shown(last), ["hi\n", "21"]);
    assert.deepEqual(
      notebook.getCells().map(({ executionSummary }) => executionSummary?.executionOrder),
      [undefined, 1, 2],
    );
    assert.equal(notebook.isDirty, false);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(notebook.cellAt(1).document.uri, new vscode.Range(0, 0, 0, 5), "let");
    await vscode.workspace.applyEdit(edit);
    await notebook.save();
    assert.equal(await readFile(notebook.uri.fsPath, "utf8"), text.replace("const a", "let a"));
  }).timeout(60_000);

  it("keeps the bytes of whatever text it is of, when another cell is changed", async () => {
    const text = "\uFEFFimport 'node:fs';\r\n\r\n//%% odd  \r\nlet x = `\n// %%\n`;\n\n\n// %% [md]\n/* text */\n// %%\n";
    const notebook = await open(text);
    const edit = new vscode.WorkspaceEdit();
    const last = notebook.cellAt(notebook.cellCount - 1);
    edit.insert(last.document.uri, new vscode.Position(0, 0), "added();");
    await vscode.workspace.applyEdit(edit);
    await notebook.save();
    assert.equal(await readFile(notebook.uri.fsPath, "utf8"), `${text}added();\r\n`);
  });

  it("shows why a file that is no text cannot be shown, and never writes it", async () => {
    const bytes = new Uint8Array([0x2f, 0x2f, 0xff, 0xfe, 0x0a]);
    const notebook = await open(bytes);
    assert.match(notebook.cellAt(0).document.getText(), /cannot be shown as a notebook.*not a text in UTF-8/);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(notebook.cellAt(0).document.uri, new vscode.Position(0, 0), "changed");
    await vscode.workspace.applyEdit(edit);
    await Promise.resolve(notebook.save()).catch(() => {});
    assert.deepEqual(new Uint8Array(await readFile(notebook.uri.fsPath)), bytes);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("tells an error with its cell and line, and does not run what stands behind it", async () => {
    const notebook = await open("// %%\nfunction no() {\n  throw new RangeError('no');\n}\n\n// %%\nno();\n\n// %%\n'never'\n");
    const [, failed, dropped] = await run(notebook, 0, 2);
    assert.equal(failed?.executionSummary?.success, false);
    const error = JSON.parse(shown(failed as vscode.NotebookCell)[0] ?? "") as { name: string; message: string; stack: string };
    assert.deepEqual([error.name, error.message, error.stack], ["RangeError", "no", "RangeError: no\n    at no (Cell 1:2:9)\n    at Cell 2:1:1"]);
    assert.equal(dropped?.executionSummary?.success, undefined);
    assert.deepEqual(shown(dropped as vscode.NotebookCell), []);
  });

  it("interrupts a cell in an endless loop by its stop button, and keeps the variables", async () => {
    const notebook = await open("// %%\nconst kept = 41;\nconsole.log('in');\nfor (;;);\n\n// %%\nkept + 1\n");
    const cell = notebook.cellAt(0);
    await begin(notebook, 0);
    await when(
      (listener) => vscode.workspace.onDidChangeNotebookDocument(listener),
      () => (shown(cell)[0] === "in\n" ? true : undefined),
    );
    await vscode.commands.executeCommand("notebook.cell.cancelExecution", { ranges: [{ start: 0, end: 1 }], document: notebook.uri });
    await settledCell(cell);
    const [next] = await run(notebook, 1);
    assert.deepEqual(shown(next as vscode.NotebookCell), ["42"]);
  });

  it("shows futures live, and their tasks in the tree, at the function and in its hover", async () => {
    const notebook = await open(
      "// %%\nimport { ThreadPoolExecutor } from 'concurrent-futures';\nconst pool = new ThreadPoolExecutor({ maxWorkers: 1 });\n\n// %%\nconst nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, ms * 2));\n\n// %%\npool.submit(nap, 300)\n",
    );
    const [, , third] = await run(notebook, 0, 2);
    assert.deepEqual(shown(third as vscode.NotebookCell), ["600"]);
    const task = api.store.all().find(({ functionName }) => functionName === "nap") ?? assert.fail("no task");
    const settled = await taskThat(task.id, ({ settledAt }) => settledAt !== undefined);
    assert.deepEqual([settled.state, settled.value?.preview, settled.uri], ["finished", "600", notebook.cellAt(1).document.uri.toString()]);
    const hover = await hoverAt(notebook.cellAt(1).document.uri, positionOf(notebook.cellAt(1).document, "nap"));
    assert.match(hover, /Finished in[\s\S]*ThreadPoolExecutor/);
    assert.deepEqual(await api.kernels.ask(settled, { kind: "json" }), { kind: "text", text: "600" });
    const [message] = await messagesOf(() => vscode.commands.executeCommand("futures.submitAgain", { taskId: task.id }));
    assert.match(message?.text ?? "", /submitted by a cell of a notebook: run the cell again/);
  });

  it("ends the process when it is closed, also while it runs", async () => {
    const notebook = await open("// %%\nconsole.log(process.pid);\nfor (;;);\n");
    await begin(notebook, 0);
    const pid = await when(
      (listener) => vscode.workspace.onDidChangeNotebookDocument(listener),
      () => Number(shown(notebook.cellAt(0))[0]) || undefined,
    );
    const kernel = api.runs.kernelOf(notebook) ?? assert.fail("no kernel");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await when(
      (listener) => api.kernels.onEnd(listener),
      () => (kernel.info ? undefined : true),
    );
    await kernel.disposed;
    assert.ok(await gone(pid));
  });

  it("loses its variables when it is restarted, and runs all again", async () => {
    const notebook = await open("// %%\nglobalThis.runs = (globalThis.runs ?? 0) + 1;\nruns\n");
    await run(notebook, 0);
    const [twice] = await run(notebook, 0);
    assert.deepEqual(shown(twice as vscode.NotebookCell), ["2"]);
    await vscode.commands.executeCommand("futures.restartAndRunAll", { uri: notebook.uri.toString() });
    await settledCell(notebook.cellAt(0));
    assert.deepEqual(shown(notebook.cellAt(0)), ["1"]);
    await vscode.commands.executeCommand("futures.restartNotebook", { uri: notebook.uri.toString() });
    assert.equal(api.runs.kernelOf(notebook)?.info, undefined);
  });

  it("interrupts a cell that takes too long by the setting", async () => {
    await set("cellTimeout", 200);
    const notebook = await open("// %%\nawait new Promise(() => {});\n");
    const [cell] = await run(notebook, 0);
    assert.match(shown(cell as vscode.NotebookCell)[0] ?? "", /the cell was not done after 200 ms/);
  });

  it("runs a cell where it says, and refuses what is no executor", async () => {
    const notebook = await open(
      "// %% [executor=processes]\n(await import('node:worker_threads')).isMainThread && typeof process.send\n\n// %% [executor=moon]\n1\n",
    );
    const [first] = await run(notebook, 0);
    assert.deepEqual(shown(first as vscode.NotebookCell), ["'function'"]);
    const [second] = await run(notebook, 1);
    assert.match(shown(second as vscode.NotebookCell)[0] ?? "", /\[executor=moon\] must be/);
  });

  it("has a way to all that a cell has printed", async () => {
    const notebook = await open("// %%\nfor (let i = 0; i < 40_000; i++) console.log('line ' + i);\n");
    const [cell] = await run(notebook, 0);
    assert.match(shown(cell as vscode.NotebookCell).at(-1) ?? "", /the rest is in a file/);
    await vscode.commands.executeCommand("futures.openFullOutput", { uri: cell?.document.uri.toString() });
    assert.equal(vscode.window.activeTextEditor?.document.lineCount, 40_001);
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    const [message] = await messagesOf(() => vscode.commands.executeCommand("futures.openFullOutput", {}));
    assert.match(message?.text ?? "", /no more output/);
  });

  it("is run from its text by CodeLens, beside", async () => {
    const uri = await files.write("text.ts", "export const b = 5;\n// %%\nb * 2\n");
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri, 50);
    const ours = lenses.filter(({ command }) => command?.command === "futures.runCell");
    assert.deepEqual(
      ours.map(({ command, range }) => `${range.start.line} ${command?.title}`),
      ["0 Run Cell", "0 Run Below", "1 Run Cell", "1 Run Above"],
    );
    await vscode.commands.executeCommand("futures.runCell", { uri: uri.toString(), cell: 0, which: "below" });
    const notebook = vscode.workspace.notebookDocuments.find((candidate) => candidate.uri.toString() === uri.toString()) ?? assert.fail("not open");
    assert.equal(notebook.notebookType, "futures-module");
    await settledCell(notebook.cellAt(1));
    assert.deepEqual(shown(notebook.cellAt(1)), ["10"]);
  });

  it("is made anew by command, with cells that run", async () => {
    await vscode.commands.executeCommand("futures.newNotebook");
    const notebook = vscode.window.activeNotebookEditor?.notebook ?? assert.fail("no notebook");
    assert.equal(notebook.cellCount, 3);
    const cells = await run(notebook, 1, 2);
    assert.match(shown(cells[1] as vscode.NotebookCell)[0] ?? "", /^3 futures: 3 finished/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("has no false errors, and knows the types of other cells, of files and of the library", async () => {
    await files.write("typed.ts", "export const typed: number = 1;\n");
    const notebook = await open(
      [
        'import { typed } from "./typed";\nimport { ThreadPoolExecutor } from "concurrent-futures";\nimport { ClusterExecutor } from "concurrent-futures/cluster";\ninterface Point { x: number }\nlet count = 1;\nconst same = 1;',
        "const same = await Promise.resolve('two');\nfunction uses() {\n  return later + count + typed;\n}",
        "const later = 3;\ncount = 2;\nconst point: Point = { x: same.length };\nconst pool = new ThreadPoolExecutor();\nconst farm = (): ClusterExecutor | undefined => undefined;\ndisplay(point);\nuses();",
      ]
        .map((text) => `// %%\n${text}\n`)
        .join("\n"),
    );
    const cells = notebook.getCells().map(({ document }) => document);
    const [, second, third] = cells as [vscode.TextDocument, vscode.TextDocument, vscode.TextDocument];
    const hover = (document: vscode.TextDocument, text: string): Promise<string> => hoverAt(document.uri, positionOf(document, text).translate(0, 1));
    // TypeScript's server tells of one cell after another.
    for (let told = ""; !/uses\(\): number/.test(told); ) told = await hover(third, "uses()");
    assert.match(await hover(third, "same.length"), /same: string/);
    assert.match(await hover(third, "Point ="), /interface Point/);
    assert.match(await hover(third, "pool ="), /pool: ThreadPoolExecutor/);
    assert.match(await hover(third, "farm ="), /farm: \(\) => ClusterExecutor/);
    assert.match(await hover(third, "display("), /display: \(value: unknown\)/);
    assert.match(await hover(second, "typed;"), /typed: number/);
    assert.match(await hover(second, "later +"), /later: 3|later: number/);
    const names = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      third.uri,
      new vscode.Position(3, 0),
    );
    for (const name of ["typed", "count", "same", "uses"])
      assert.ok(
        names.items.some(({ label }) => label === name),
        name,
      );
    const errors = cells
      .flatMap(({ uri }) => vscode.languages.getDiagnostics(uri))
      .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    assert.deepEqual(errors, []);
  }).timeout(60_000);

  it("has its variables in a view, part by part, as they are after each cell", async () => {
    const notebook = await open("// %%\nimport path from 'node:path';\nconst point = { x: [1, 2] };\nlet n = 1;\n\n// %%\nn = 2;\n");
    await run(notebook, 0);
    const labels = async (): Promise<string[]> =>
      (await api.variables.getChildren()).map((node) => {
        const { label, description } = api.variables.getTreeItem(node);
        return `${label}: ${description}`;
      });
    assert.deepEqual((await labels()).slice(0, 2), ["point: { x: [ 1, 2 ] }", "n: 1"]);
    assert.match((await labels())[2] ?? "", /^node:path: /);
    const [point] = await api.variables.getChildren();
    const [x] = await api.variables.getChildren(point);
    assert.deepEqual(
      (await api.variables.getChildren(x)).map(({ part }) => part.preview),
      ["1", "2"],
    );
    let changes = 0;
    const listener = api.variables.onDidChangeTreeData(() => (changes += 1));
    await run(notebook, 1);
    listener.dispose();
    assert.ok(changes > 0);
    assert.equal((await labels())[1], "n: 2");
    await vscode.commands.executeCommand("futures.restartNotebook", { uri: notebook.uri.toString() });
    assert.deepEqual(await labels(), []);
  });

  it("is exported as a module and as a script", async () => {
    const notebook = await open("// %% [markdown]\n// # T\n\n// %%\nconst a = 1;\n\n// %%\nconst a = 2;\na\n");
    await vscode.commands.executeCommand("futures.exportModule", { uri: notebook.uri.toString() });
    assert.equal(vscode.window.activeTextEditor?.document.getText(), await readFile(notebook.uri.fsPath, "utf8"));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await vscode.commands.executeCommand("futures.exportScript", { uri: notebook.uri.toString() });
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? "", /\/\/ # T\n\nvar a = 1;\n\nvar a = 2;\nshow\(a\)\n$/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("runs beside another one, each with variables of its own", async () => {
    const [one, two] = [
      await open("// %%\nvar mine = 'one';\n// %%\nmine + process.pid\n"),
      await open("// %%\nvar mine = 'two';\n// %%\nmine + process.pid\n"),
    ];
    const [first, second] = await Promise.all([run(one, 0, 1), run(two, 0, 1)]);
    const [a = "", b = ""] = [first, second].map((cells) => shown(cells[1] as vscode.NotebookCell)[0]);
    assert.match(a, /^'one\d+'$/);
    assert.match(b, /^'two\d+'$/);
    assert.notEqual(a.slice(4), b.slice(4));
  });

  it("ends a cell that is deleted while it runs, and runs the others", async () => {
    const notebook = await open("// %%\nconsole.log('in');\nfor (;;);\n\n// %%\n'other'\n");
    await begin(notebook, 0);
    await when(
      (listener) => vscode.workspace.onDidChangeNotebookDocument(listener),
      () => (shown(notebook.cellAt(0))[0] === "in\n" ? true : undefined),
    );
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(0, 1))]);
    await vscode.workspace.applyEdit(edit);
    const [other] = await run(notebook, 0);
    assert.deepEqual(shown(other as vscode.NotebookCell), ["'other'"]);
  });

  it("is saved while it runs, as its text is", async () => {
    const notebook = await open("// %%\nawait new Promise((resolve) => setTimeout(resolve, 700));\n'done'\n");
    await begin(notebook, 0);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(notebook.cellAt(0).document.uri, new vscode.Position(0, 0), "// first\n");
    await vscode.workspace.applyEdit(edit);
    assert.ok(await notebook.save());
    assert.match(await readFile(notebook.uri.fsPath, "utf8"), /^\/\/ %%\n\/\/ first\nawait/);
    await settledCell(notebook.cellAt(0));
    assert.deepEqual(shown(notebook.cellAt(0)), ["'done'"]);
  });

  it("keeps its text when a cell ends the process, and begins anew with the next one", async () => {
    const notebook = await open("// %%\nconst a = 1;\nprocess.exit(7);\n\n// %%\ntypeof a\n");
    const [lost] = await run(notebook, 0);
    assert.match(shown(lost as vscode.NotebookCell)[0] ?? "", /SessionLost.*it exited with code 7\. Its variables are lost/);
    const [next] = await run(notebook, 1);
    assert.deepEqual(shown(next as vscode.NotebookCell), ["'undefined'"]);
    assert.equal(notebook.isDirty, false);
  });

  // Of thousands the editor's own support for TypeScript goes through all for each: the format of 5,000 is a unit test.
  it("of 300 cells opens, runs its last cell and is saved", async () => {
    const text = Array.from({ length: 300 }, (_, i) => `// %%\nconst x${i} = ${i};\nx${i}\n`).join("\n");
    const notebook = await open(text);
    assert.equal(notebook.cellCount, 300);
    const [last] = await run(notebook, 299);
    assert.deepEqual(shown(last as vscode.NotebookCell), ["299"]);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(notebook.cellAt(150).document.uri, new vscode.Position(0, 0), "// here\n");
    await vscode.workspace.applyEdit(edit);
    await notebook.save();
    assert.equal(await readFile(notebook.uri.fsPath, "utf8"), text.replace("const x150", "// here\nconst x150"));
  }).timeout(60_000);

  it("is debugged cell by cell: a breakpoint in a cell is hit, with its variables, and the port is closed after", async () => {
    const notebook = await open(
      "// %%\nconst factor = 3;\n\n// %%\nfunction times(n: number): number {\n  const result = n * factor;\n  return result;\n}\ntimes(14);\n",
    );
    await run(notebook, 0);
    const cell = notebook.cellAt(1);
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(cell.document.uri, new vscode.Position(2, 2)))]);
    const stopped = new vscode.EventEmitter<void>();
    let stop: { readonly session: vscode.DebugSession; readonly threadId: number } | undefined;
    const tracker = vscode.debug.registerDebugAdapterTrackerFactory("*", {
      createDebugAdapterTracker: (session) => ({
        onDidSendMessage(message: { event?: string; body?: { threadId: number; reason: string } }) {
          if (message.event !== "stopped" || message.body?.reason !== "breakpoint") return;
          stop = { session, threadId: message.body.threadId };
          stopped.fire();
        },
      }),
    });
    try {
      await vscode.commands.executeCommand("futures.debugCell", { uri: cell.document.uri.toString() });
      const { session, threadId } = await when(
        (listener) => stopped.event(listener),
        () => stop,
        () => JSON.stringify([cell.executionSummary, shown(cell)]),
      );
      const { stackFrames } = await session.customRequest("stackTrace", { threadId });
      assert.deepEqual(
        [stackFrames[0].name.replace(/^global\./, ""), stackFrames[0].line, stackFrames[0].source.path],
        ["times", 3, cell.document.uri.toString()],
      );
      const { result } = await session.customRequest("evaluate", { expression: "result", frameId: stackFrames[0].id });
      assert.equal(result, "42");
      await session.customRequest("continue", { threadId });
      // The editor keeps no times of a cell that was paused.
      await when(
        (listener) => vscode.workspace.onDidChangeNotebookDocument(listener),
        () => (cell.executionSummary?.success && shown(cell).length > 0 ? true : undefined),
      );
      assert.deepEqual(shown(cell), ["42"]);
      await when(
        (listener) => vscode.debug.onDidTerminateDebugSession(listener),
        () => (vscode.debug.activeDebugSession === undefined ? true : undefined),
      );
    } finally {
      tracker.dispose();
      stopped.dispose();
      vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    }
    const [next] = await run(notebook, 0);
    assert.equal(next?.executionSummary?.success, true);
  }).timeout(60_000);

  it("of Jupyter runs with our controller, and is saved with what it shows", async () => {
    const ipynb = {
      cells: [{ cell_type: "code", metadata: {}, source: ["6 * 7"], outputs: [], execution_count: null }],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    };
    const notebook = await open(JSON.stringify(ipynb), "jupyter.ipynb");
    assert.equal(notebook.notebookType, "jupyter-notebook");
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [
      vscode.NotebookEdit.replaceCells(new vscode.NotebookRange(0, 1), [
        new vscode.NotebookCellData(vscode.NotebookCellKind.Code, "6 * 7", "typescript"),
      ]),
    ]);
    await vscode.workspace.applyEdit(edit);
    await vscode.commands.executeCommand("notebook.selectKernel", {
      id: "concurrent-futures-jupyter-notebook",
      extension: "concurrent-futures.concurrent-futures",
    });
    await vscode.commands.executeCommand("notebook.execute");
    await settledCell(notebook.cellAt(0));
    await notebook.save();
    const saved = JSON.parse(await readFile(notebook.uri.fsPath, "utf8")) as {
      cells: { outputs: { data: Record<string, string[]> }[] }[];
      metadata: { kernelspec: { language: string } };
    };
    assert.deepEqual(saved.cells[0]?.outputs[0]?.data["text/plain"], ["42"]);
    assert.equal(saved.metadata.kernelspec.language, "typescript");
  });
});
