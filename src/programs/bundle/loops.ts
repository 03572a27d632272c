import { tryParse } from "../../analysis/parse.js";
import { spanOf, walk } from "../../analysis/syntax.js";
import type { Language } from "../../analysis/types.js";
import { virtual } from "./virtual.js";

/** Where a session keeps what ends loops: a flag, and what is called when it is set. On `globalThis`; in workers there is none. */
const loopsKey = "concurrent-futures.loops";

/** The virtual module that a text with loops imports. */
export const loopsModule = `const loops = globalThis[Symbol.for("${loopsKey}")];
export const futures$flag = loops?.flag ?? new Int32Array(1);
export const futures$stop = () => loops?.stop();`;

/** Gives every loop of a text a look at the flag: see `kernel/session/interrupts.ts`. No line moves. */
export function withStoppableLoops(text: string, language: Language): string {
  if (!/\b(?:for|while)\b/.test(text)) return text;
  const parsed = tryParse(text, language);
  if (!("body" in parsed)) return text;
  const check = "if (futures$flag[0]) futures$stop();";
  const inserts: [offset: number, text: string][] = [];
  for (const statement of parsed.body) {
    walk(statement, (node) => {
      if (!/^(?:For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type) || !("body" in node)) return;
      const body = node.body as Parameters<typeof spanOf>[0];
      const { start, end } = spanOf(body);
      if (body.type === "BlockStatement") inserts.push([start + 1, check]);
      else inserts.push([start, `{${check}`], [end, "}"]);
    });
  }
  if (inserts.length === 0) return text;
  let changed = text;
  // The inner ones of two that end in one place end first.
  inserts.sort(([a], [b]) => b - a);
  for (const [offset, inserted] of inserts) changed = changed.slice(0, offset) + inserted + changed.slice(offset);
  return `${changed}\nimport { futures$flag, futures$stop } from ${JSON.stringify(`${virtual.loops}:all`)};\n`;
}
