// @ts-check
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { editAndSubmit } from "../editor/inHost.mjs";
import { text } from "../editor/sharedEditor.mjs";

/** @import { SharedEditor } from "../editor/sharedEditor.mjs" */

/**
 * Edit a file, run it again, and see the result: warm in the editor, and by `npx tsx`, which starts anew each time.
 * @param {SharedEditor} editor
 * @returns {import("../harness.mjs").Measure<() => Promise<number>>}
 */
export const rerun = (editor) => ({
  name: "extension: rerun of an edited file",
  figures: [
    {
      id: "extension.rerun",
      title: "extension: rerun of an edited file",
      unit: "ms",
      better: "lower",
      targets: { "": { against: "peers", is: "at most", value: 0.1 } },
    },
  ],
  rounds: (plan) => (plan.rounds > 5 ? 7 : 3),
  warmUp: (plan) => (plan.rounds > 5 ? plan.warmUp : 0),
  contenders: [
    { name: "extension, submit again", role: "ours", open: () => inEditor(editor), close: () => {} },
    { name: "npx tsx", role: "peer", open: () => byTsx, close: () => {} },
  ],
  round: async (rerunOnce) => ({ "extension.rerun": await rerunOnce() }),
});

let edits = 0;

async function byTsx() {
  edits += 1;
  // Beside the peers, where npx finds it.
  const folder = mkdtempSync(path.join(path.dirname(createRequire(import.meta.url).resolve("tsx/package.json")), "..", "..", "rerun-"));
  try {
    const file = path.join(folder, "rerun.ts");
    const start = performance.now();
    writeFileSync(file, `${text.replace("edits = 0", `edits = ${edits}`)}console.log(fib(10));\n`);
    const { stdout } = await promisify(execFile)("npx", ["tsx", file], { cwd: folder });
    if (stdout.trim() !== "55") throw new Error(`tsx gave ${stdout}`);
    return performance.now() - start;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {SharedEditor} editor */
async function inEditor(editor) {
  const window = await editor.window();
  return async () => {
    edits += 1;
    const time = () => window.evaluate(editAndSubmit, editor.file, edits);
    await time(); // warm
    edits += 1;
    return time();
  };
}
