import assert from "node:assert/strict";
import type { Memento } from "vscode";
import { keptTasks, TaskHistory } from "../../../src/extension/tasks/taskHistory.js";
import { TaskStore } from "../../../src/extension/tasks/taskStore.js";
import { groupOf, TaskLayout } from "../../../src/extension/views/taskLayout.js";
import { newTask } from "./support.js";

/** The editor's own memento is there only in the editor; what it stores goes through JSON. */
function memento(): Memento {
  const stored = new Map<string, string>();
  return {
    keys: () => [...stored.keys()],
    get: (key: string) => (stored.has(key) ? JSON.parse(stored.get(key) as string) : undefined),
    update: async (key: string, value: unknown) => void stored.set(key, JSON.stringify(value)),
  } as Memento;
}

function finish(store: TaskStore, id: string, text: string): void {
  store.add(newTask({ id }));
  const value = { preview: text.slice(0, 20), text, truncated: false, type: "string" };
  store.apply([{ type: "settled", taskId: id, at: 5, duration: 3, outcome: { state: "finished", value } }]);
}

describe("the history of tasks", () => {
  it("has the settled ones of the window before, and counts on from them", async () => {
    const state = memento();
    const first = new TaskStore();
    const history = new TaskHistory(first, state);
    finish(first, first.nextId(), "42");
    first.add(newTask({ id: first.nextId() }));
    await history.save();
    const second = new TaskStore();
    new TaskHistory(second, state);
    assert.deepEqual(
      second.all().map(({ id, state: how, value, isRestored }) => [id, how, value?.text, isRestored]),
      [["1", "finished", "42", true]],
    );
    assert.equal(second.nextId(), "2");
  });

  it(`keeps the last ${keptTasks}, and the beginning of a long value`, async () => {
    const state = memento();
    const store = new TaskStore();
    const history = new TaskHistory(store, state);
    for (let i = 0; i < keptTasks + 5; i += 1) finish(store, store.nextId(), "x".repeat(90_000));
    await history.save();
    const restored = new TaskStore();
    new TaskHistory(restored, state);
    assert.equal(restored.all().length, keptTasks);
    assert.equal(restored.all()[0]?.id, String(keptTasks + 5));
    assert.deepEqual([restored.all()[0]?.value?.text.length, restored.all()[0]?.value?.truncated], [5_000, true]);
  });

  it("is empty when what was stored is of another form", async () => {
    const state = memento();
    await state.update("futures.taskHistory", [{ id: 3 }, null, "x"]);
    const store = new TaskStore();
    new TaskHistory(store, state);
    assert.equal(store.isEmpty, true);
  });
});

describe("the layout of the tree", () => {
  it("groups by state or function, and remembers it", async () => {
    const state = memento();
    const layout = new TaskLayout(state);
    assert.equal(layout.grouping, "none");
    await layout.group("function");
    assert.equal(new TaskLayout(state).grouping, "function");
    const store = new TaskStore();
    finish(store, "1", "42");
    const [task] = store.all();
    assert.ok(task);
    assert.equal(groupOf(task, "state"), "finished");
    assert.equal(groupOf(task, "function"), `${task.functionName} ${task.uri}`);
  });

  it("filters by call, state, result and error, whatever the case", () => {
    const layout = new TaskLayout(memento());
    const store = new TaskStore();
    finish(store, "7", "Result");
    const [task] = store.all();
    assert.ok(task);
    for (const text of ["", "resUlt", "FINISHED", "#7", task.functionName]) {
      layout.find(text);
      assert.equal(layout.shows(task), true, text);
    }
    layout.find("nowhere");
    assert.equal(layout.shows(task), false);
  });
});
