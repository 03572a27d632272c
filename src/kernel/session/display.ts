/** What cells have for showing more than their result: `display`, `clear` and `progress`. */
import { chartTypeOf, mimeBundleOf, withText } from "./mime.js";
import type { RunOutputs } from "./runOutputs.js";

export interface DisplayOptions {
  /** Of the run whose code is running; `undefined` if that is not known. */
  outputs(): RunOutputs | undefined;
  /** Number of the next output. */
  nextId(): number;
}

/** The functions by their names; each can be declared anew by a cell. */
export function makeDisplay({ outputs, nextId }: DisplayOptions): Record<string, unknown> {
  const show = (bundle: Record<string, unknown>, value: unknown, id = nextId()): void => outputs()?.show(id, withText(bundle, value));
  const display = async (value: unknown): Promise<void> => {
    const target = outputs();
    const id = nextId();
    target?.show(id, await mimeBundleOf(value, id));
  };
  Object.assign(display, {
    html: (markup: string) => show({ "text/html": markup, "text/plain": `HTML of ${markup.length} characters` }, markup),
    markdown: (text: string) => show({ "text/markdown": text, "text/plain": text }, text),
    svg: (markup: string) => show({ "image/svg+xml": markup, "text/plain": `SVG image of ${markup.length} characters` }, markup),
    png: (bytes: Uint8Array) => show({ "image/png": bytes, "text/plain": `PNG image of ${bytes.length} bytes` }, bytes),
    jpeg: (bytes: Uint8Array) => show({ "image/jpeg": bytes, "text/plain": `JPEG image of ${bytes.length} bytes` }, bytes),
    json: (value: unknown) => show({ "application/json": value }, value),
    vegaLite: (spec: unknown) => show({ [chartTypeOf(spec) ?? "application/vnd.vegalite.v6+json"]: spec }, spec),
    bundle: (bundle: Record<string, unknown>) => show(bundle, bundle),
  });
  const bars = new WeakMap<RunOutputs, number>();
  return {
    display,
    clear: () => outputs()?.clear(),
    progress: (value: number, total = 1) => {
      const target = outputs();
      if (!target) return;
      const id = bars.get(target) ?? nextId();
      bars.set(target, id);
      const percent = Math.round((100 * Math.min(total, Math.max(0, value))) / total);
      target.show(id, {
        "text/html": `<progress max="100" value="${percent}"></progress> ${value}/${total} (${percent} %)`,
        "text/plain": `${value}/${total} (${percent} %)`,
      });
    },
  };
}
