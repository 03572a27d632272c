/** What a value is shown as. */
import { inspect } from "node:util";
import type { MimeBundle } from "../../protocol/cells.js";
import { type ValueOutput, valueMime } from "../../protocol/valueRenderer.js";
import { describeValue } from "../describeValue.js";
import { recordsOf } from "../values/table.js";

/** Characters of one MIME type; longer ones are left out. */
const limit = 5_000_000;
/** Rows and columns of a table. */
const [rowLimit, columnLimit] = [100, 20];

/** What a value is shown as, best first, with a text always. Rejects with what its own method of showing itself throws. @param id of the output. */
export async function mimeBundleOf(value: unknown, id: number): Promise<MimeBundle> {
  const shown = await ownBundle(value);
  if (shown) return shown;
  const described = describeValue(value);
  const text = { "text/plain": described.text };
  const records = recordsOf(value);
  if (records) return { "text/html": tableOf(records.columns, records.length, (row) => records.cells(row)), ...text };
  return described.expandable ? { [valueMime]: JSON.stringify({ id, ...described } satisfies ValueOutput), ...text } : text;
}

/** What a value shows itself as, if it does. */
async function ownBundle(value: unknown): Promise<MimeBundle | undefined> {
  if (typeof value !== "object" || value === null) return undefined;
  const show = (value as Record<symbol, unknown>)[Symbol.for("Jupyter.display")];
  if (typeof show === "function") {
    const bundle: unknown = await show.call(value);
    if (typeof bundle === "object" && bundle !== null) return withText(bundle as Record<string, unknown>, value);
  }
  const { outerHTML, tagName } = value as { outerHTML?: unknown; tagName?: unknown };
  if (typeof outerHTML === "string" && typeof tagName === "string") {
    const type = tagName.toLowerCase() === "svg" ? "image/svg+xml" : "text/html";
    return { [type]: withNamespace(outerHTML), "text/plain": `<${tagName.toLowerCase()}> of ${outerHTML.length} characters` };
  }
  const chart = chartTypeOf(value);
  return chart === undefined ? undefined : withText({ [chart]: value }, value);
}

/** The MIME type of a Vega or Vega-Lite spec, by the schema that it names. */
export function chartTypeOf(value: unknown): string | undefined {
  const schema = typeof value === "object" && value !== null ? (value as { $schema?: unknown }).$schema : undefined;
  const [, language, version] = (typeof schema === "string" && /\/schema\/(vega|vega-lite)\/v(\d+)/.exec(schema)) || [];
  return language === undefined ? undefined : `application/vnd.${language.replace("-", "")}.v${version}+json`;
}

/** @param bundle contents as user code gives them: texts, bytes, or for JSON any value. */
export function withText(bundle: Record<string, unknown>, value: unknown): MimeBundle {
  const entries = Object.entries(bundle).map(([type, content]) => [type, contentOf(content)] as const);
  const fitting = Object.fromEntries(entries.filter(([, content]) => content.length <= limit));
  return "text/plain" in fitting ? fitting : { ...fitting, "text/plain": describeValue(value).text };
}

function contentOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (content instanceof Uint8Array) return Buffer.from(content).toString("base64");
  try {
    return JSON.stringify(content) ?? inspect(content);
  } catch {
    return inspect(content);
  }
}

/** An `<svg>` as an image needs a namespace, which one within a page does not. */
function withNamespace(markup: string): string {
  return /^<svg(?![^>]*\sxmlns=)/.test(markup) ? markup.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"') : markup;
}

/** HTML of a table. @param cells of a row, by columns; what they hold is shown as text. */
export function tableOf(columns: readonly string[], length: number, cells: (row: number) => readonly unknown[]): string {
  const row = (tag: "th" | "td", contents: readonly string[]): string =>
    `<tr>${contents
      .slice(0, columnLimit)
      .map((content) => `<${tag}>${escaped(content)}</${tag}>`)
      .join("")}</tr>`;
  const rows = Array.from({ length: Math.min(length, rowLimit) }, (_, index) => row("td", cells(index).map(cellText)));
  const rest = length > rowLimit ? `<p>${rowLimit} of ${length.toLocaleString("en")} rows</p>` : "";
  return `<table><thead>${row("th", columns)}</thead><tbody>${rows.join("")}</tbody></table>${rest}`;
}

function cellText(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : describeValue(value).preview;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? character);
}
