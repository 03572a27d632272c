// @ts-check
import { codeLens, coldStart, mapWithoutBlock, scrollPastTasks, submitToRunning } from "../editor/inHost.mjs";

/** @import { Target } from "../harness.mjs" */
/** @import { EditorWindow, SharedEditor } from "../editor/sharedEditor.mjs" */

/** @type {(is: Target["is"], value: number) => Record<string, Target>} */
const absolute = (is, value) => ({ "": { against: "nothing", is, value } });

/**
 * What a person waits for, and what the editor must not: times in the extension host of a real window.
 * @param {SharedEditor} editor
 * @returns {import("../harness.mjs").Measure<EditorWindow>}
 */
export const extensionHost = (editor) => ({
  name: "extension: in the window",
  figures: [
    { id: "extension.submit", title: "extension: warm submit to running, p50", unit: "ms", better: "lower", targets: absolute("below", 30) },
    {
      id: "extension.coldStart",
      title: "extension: kernel cold start to first result",
      unit: "ms",
      better: "lower",
      targets: absolute("below", 500),
    },
    {
      id: "extension.map.block",
      title: "extension: longest block of the host in a map of 100,000",
      unit: "ms",
      better: "lower",
      targets: absolute("at most", 50),
    },
    {
      id: "extension.map.updates",
      title: "extension: updates a second in a map of 100,000",
      unit: "/s",
      better: "lower",
      targets: absolute("at most", 20),
    },
  ],
  rounds: (plan) => (plan.rounds > 5 ? 7 : 3),
  warmUp: (plan) => (plan.rounds > 5 ? plan.warmUp : 0),
  contenders: [{ name: "extension", role: "ours", open: () => editor.window(), close: () => {} }],
  round: async (window, { submissions }) => ({
    "extension.coldStart": await window.evaluate(coldStart, editor.file),
    "extension.submit": await window.evaluate(submitToRunning, editor.file, submissions),
    ...(await window.evaluate(mapWithoutBlock, editor.file)),
  }),
});

/**
 * What somebody who types in a large file waits for.
 * @param {SharedEditor} editor
 * @returns {import("../harness.mjs").Measure<EditorWindow>}
 */
export const largeFile = (editor) => ({
  name: "extension: a large file",
  figures: [
    {
      id: "extension.codeLens",
      title: "extension: CodeLens of 5,000 functions after an edit",
      unit: "ms",
      better: "lower",
      targets: absolute("below", 50),
    },
  ],
  rounds: (plan) => (plan.rounds > 5 ? 7 : 3),
  warmUp: (plan) => (plan.rounds > 5 ? plan.warmUp : 0),
  contenders: [{ name: "extension", role: "ours", open: () => editor.window(), close: () => {} }],
  round: async (window) => ({ "extension.codeLens": await window.evaluate(codeLens, editor.manyFile) }),
});

/**
 * How the window moves when much has been run in it.
 * @param {SharedEditor} editor
 * @returns {import("../harness.mjs").Measure<EditorWindow>}
 */
export const manyTasks = (editor) => ({
  name: "extension: many tasks",
  figures: [
    {
      id: "extension.tasks.block",
      title: "extension: longest block of the host while scrolling a file with 1,000 finished tasks",
      unit: "ms",
      better: "lower",
      targets: absolute("at most", 50),
    },
  ],
  rounds: (plan) => (plan.rounds > 5 ? 5 : 1),
  warmUp: () => 0, // a thousand tasks are enough to warm up
  contenders: [{ name: "extension", role: "ours", open: () => editor.window(), close: () => {} }],
  round: async (window) => ({ "extension.tasks.block": await window.evaluate(scrollPastTasks, editor.file, editor.tasksFile) }),
});
