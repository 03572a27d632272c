// @ts-check
/** @import { SharedEditor } from "../editor/sharedEditor.mjs" */

const extensionId = "concurrent-futures.concurrent-futures";

/**
 * Activates the extension in a fresh window of the real VS Code, where nothing has activated it yet; a round is one window.
 * VS Code's API tells no times. The whole is taken around `extension.activate()`, as another extension in the same extension host sees it; our own
 * part of it is what VS Code itself notes for "Show Running Extensions": loading the code, and the call of `activate`, each to the millisecond.
 * @param {SharedEditor} editor
 * @returns {import("../harness.mjs").Measure<unknown>}
 */
export const extensionActivation = (editor) => ({
  name: "extension: activation",
  figures: [
    { id: "extension.activation", title: "extension: activation in a fresh window, whole", unit: "ms", better: "lower" },
    {
      id: "extension.activation.own",
      title: "extension: activation, of that our code (load and activate)",
      unit: "ms",
      better: "lower",
      targets: { "": { against: "nothing", is: "below", value: 50 } },
    },
  ],
  rounds: (plan) => (plan.rounds > 5 ? 6 : 1), // a window takes six seconds to open
  contenders: [{ name: "extension", role: "ours", open: () => {}, close: () => {} }],
  round: () =>
    editor.inFreshWindow(async (window) => {
      const { wasActive, whole, marks } = await window.evaluate(activate, extensionId);
      if (wasActive) throw new Error("the extension was active before anybody asked for it, so there is nothing to measure");
      const own = between(marks, "LoadExtensionCode") + between(marks, "ActivateExtension");
      return { "extension.activation": whole, "extension.activation.own": own };
    }),
});

/**
 * @typedef {{ name: string, startTime: number }} Mark What VS Code notes in each of its processes.
 */

/**
 * Runs in the extension host.
 * @param {typeof import("vscode")} vscode
 * @param {string} id
 */
async function activate(vscode, id) {
  const extension = vscode.extensions.getExtension(id);
  if (!extension) throw new Error(`${id} is not installed`);
  const wasActive = extension.isActive;
  const started = performance.now();
  await extension.activate();
  const whole = performance.now() - started;
  /** @type {Mark[]} */
  const marks = Reflect.get(globalThis, "MonacoPerformanceMarks").getMarks();
  return { wasActive, whole, marks: marks.filter(({ name }) => name.endsWith(`/${id}`)) };
}

/**
 * @param {readonly Mark[]} marks
 * @param {string} what
 */
function between(marks, what) {
  const at = (/** @type {string} */ edge) => marks.find(({ name }) => name.startsWith(`code/extHost/${edge}${what}/`))?.startTime ?? Number.NaN;
  return at("did") - at("will");
}
