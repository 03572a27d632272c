import assert from "node:assert/strict";
import { historyLimit, TaskStore } from "../../../src/extension/tasks/taskStore.js";
import type { TaskEvent } from "../../../src/protocol/messages.js";
import { error, newTask } from "./support.js";

const value = { preview: "1", text: "1", truncated: false, type: "number" };
const settled = (taskId: string): TaskEvent => ({ type: "settled", taskId, at: 2000, duration: 3, outcome: { state: "finished", value } });
const storeOf = (...ids: string[]): TaskStore => {
  const store = new TaskStore();
  for (const id of ids) store.add(newTask({ id }));
  return store;
};

describe("TaskStore", () => {
  it("follows a task from submission to result", () => {
    const store = storeOf("1");
    const states: (string | undefined)[] = [store.get("1")?.state];
    const events: TaskEvent[] = [
      { type: "accepted", taskId: "1", at: 1001 },
      { type: "submitted", taskId: "1", at: 1010, buildTime: 8, warnings: ["w"], files: [] },
      { type: "started", taskId: "1", at: 1020, worker: "thread-0" },
      settled("1"),
    ];
    for (const event of events) {
      store.apply([event]);
      states.push(store.get("1")?.state);
    }
    assert.deepEqual(states, ["building", "building", "pending", "running", "finished"]);
    assert.deepEqual(store.get("1"), {
      ...newTask(),
      state: "finished",
      cancelling: false,
      printed: false,
      stale: false,
      submittedAt: 1010,
      buildTime: 8,
      warnings: ["w"],
      files: [],
      startedAt: 1020,
      worker: { name: "thread-0" },
      settledAt: 2000,
      duration: 3,
      value,
    });
  });

  it("makes a new record at every change and never changes one", () => {
    const store = storeOf("1");
    const before = store.get("1");
    store.apply([settled("1")]);
    assert.equal(before?.state, "building");
    assert.notEqual(store.get("1"), before);
  });

  it("tells of changes once a batch, with the ids concerned, and not of what changed nothing", () => {
    const store = storeOf("1", "2", "3");
    const told: string[][] = [];
    store.onDidChange((ids) => told.push([...ids]));
    store.apply([
      { type: "started", taskId: "1", at: 1, worker: "w" },
      { type: "accepted", taskId: "2", at: 1 },
      settled("1"),
      settled("3"),
      settled("unknown"),
      { type: "output", worker: "w", stream: "stdout", text: "x" },
    ]);
    store.apply([settled("1"), { type: "accepted", taskId: "2", at: 1 }]);
    assert.deepEqual(told, [["1", "3"]]);
  });

  it("notes that a task has printed, once", () => {
    const store = storeOf("1");
    let told = 0;
    store.onDidChange(() => (told += 1));
    const output: TaskEvent = { type: "output", taskId: "1", worker: "w", stream: "stdout", text: "x" };
    store.apply([output]);
    store.apply([output, output]);
    assert.deepEqual([store.get("1")?.printed, told], [true, 1]);
  });

  it("lets a settled task be: what a kernel reports late is dropped", () => {
    const store = storeOf("1");
    store.failGeneration("/w", 1, error({ source: "kernel" }), 1500);
    store.apply([settled("1"), { type: "started", taskId: "1", at: 1, worker: "w" }]);
    assert.equal(store.get("1")?.state, "failed");
    assert.equal(store.get("1")?.worker, undefined);
  });

  it("settles all open tasks of a lost generation, and no others", () => {
    const store = storeOf("1", "2");
    store.add(newTask({ id: "3", generation: 2 }));
    store.add(newTask({ id: "4", kernel: "/other" }));
    store.apply([settled("2")]);
    store.failGeneration("/w", 1, error({ source: "kernel", message: "gone" }), 1500);
    assert.deepEqual(
      ["1", "2", "3", "4"].map((id) => store.get(id)?.state),
      ["failed", "finished", "building", "building"],
    );
    assert.equal(store.get("1")?.error?.message, "gone");
    assert.equal(store.get("1")?.settledAt, 1500);
  });

  it("adds process and thread ids to workers known by name, in their own executor only", () => {
    const store = storeOf("1");
    store.add(newTask({ id: "2", executor: "processes" }));
    store.apply(["1", "2"].map((taskId) => ({ type: "started", taskId, at: 1, worker: "worker-0" })));
    const executor = { maxWorkers: 1, workers: [{ name: "worker-0", state: "busy", threadId: 7 }] } as const;
    store.noteWorkers("/w", 2, [{ kind: "threads", ...executor }]);
    assert.deepEqual(store.get("1")?.worker, { name: "worker-0" });
    store.noteWorkers("/w", 1, [{ kind: "threads", ...executor }]);
    assert.deepEqual(store.get("1")?.worker, { name: "worker-0", threadId: 7 });
    assert.deepEqual(store.get("2")?.worker, { name: "worker-0" });
  });

  it("marks a task that is being cancelled until it has settled", () => {
    const store = storeOf("1");
    store.markCancelling("1");
    assert.equal(store.get("1")?.cancelling, true);
    store.apply([{ type: "settled", taskId: "1", at: 2, outcome: { state: "cancelled" } }]);
    assert.equal(store.get("1")?.cancelling, false);
    store.markCancelling("1");
    assert.equal(store.get("1")?.cancelling, false);
  });

  it("gives the newest first, the newest per function, and the open ones of a function", () => {
    const store = storeOf("1", "2");
    store.add(newTask({ id: "3", functionName: "other" }));
    store.apply([settled("2")]);
    assert.deepEqual(
      store.all().map(({ id }) => id),
      ["3", "2", "1"],
    );
    assert.deepEqual(
      store.latestPerFunction().map(({ id }) => id),
      ["2", "3"],
    );
    assert.deepEqual(
      store.openOf("file:///w/fib.ts", "fib").map(({ id }) => id),
      ["1"],
    );
  });

  it("keeps a bounded history of settled tasks and every open one", () => {
    const store = storeOf("open");
    const removed: string[] = [];
    store.onDidChange((ids) => removed.push(...[...ids].filter((id) => !store.get(id))));
    for (let index = 0; index < historyLimit + 3; index += 1) {
      const id = store.nextId();
      store.add(newTask({ id }));
      store.apply([settled(id)]);
    }
    assert.equal(store.all().length, historyLimit + 1);
    assert.deepEqual(removed, ["1", "2", "3"]);
    assert.equal(store.get("open")?.state, "building");
  });

  it("forgets settled tasks on demand, and gives no id twice", () => {
    const store = storeOf();
    const first = store.nextId();
    store.add(newTask({ id: first }));
    store.apply([settled(first)]);
    const open = store.nextId();
    store.add(newTask({ id: open }));
    store.clearSettled();
    assert.deepEqual(
      store.all().map(({ id }) => id),
      [open],
    );
    assert.equal(store.nextId(), "3");
  });
});
