/** Draws Vega and Vega-Lite charts in outputs of notebooks, without the network and without `eval`. */
import { Chart } from "./chart.js";

interface OutputItem {
  readonly id: string;
  readonly mime: string;
  json(): unknown;
}

interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement): Promise<void>;
  disposeOutputItem(id?: string): void;
}

/** What the editor calls once, and then for every output. */
export function activate(): Renderer {
  const charts = new Map<string, Chart>();
  const redraw = new MutationObserver(() => {
    for (const chart of charts.values()) void chart.draw();
  });
  // VS Code tells of another colour theme by the class of the body only.
  redraw.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  const dispose = (id: string): void => {
    charts.get(id)?.dispose();
    charts.delete(id);
  };
  return {
    renderOutputItem: async (item, element) => {
      dispose(item.id);
      const chart = new Chart(item.json(), item.mime, element);
      charts.set(item.id, chart);
      await chart.draw();
    },
    disposeOutputItem: (id) => {
      for (const known of id === undefined ? [...charts.keys()] : [id]) dispose(known);
    },
  };
}
