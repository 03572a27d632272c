import type { Config } from "vega";

/** VS Code's colours of charts, those first that are far apart. Its orange is transparent in the default themes, and brown on a dark ground. */
const series = ["blue", "green", "yellow", "red", "purple", "foreground"] as const;

/** What a chart looks like in the editor's colours and font, where its own spec says nothing else. */
export function themeOf(element: HTMLElement): Config {
  const style = getComputedStyle(element);
  const color = (name: string, otherwise: string): string => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const text = color("foreground", "#888888");
  const quiet = color("descriptionForeground", text);
  const font = color("font-family", "sans-serif");
  const category = series.map((name) => color(`charts-${name}`, name));
  const grid = `color-mix(in srgb, ${text} 18%, transparent)`;
  return {
    background: "transparent",
    axis: { labelColor: quiet, titleColor: text, labelFont: font, titleFont: font, gridColor: grid, domainColor: quiet, tickColor: quiet },
    legend: { labelColor: quiet, titleColor: text, labelFont: font, titleFont: font },
    title: { color: text, subtitleColor: quiet, font, subtitleFont: font },
    header: { labelColor: quiet, titleColor: text, labelFont: font, titleFont: font },
    style: { "guide-label": { font }, "guide-title": { font }, "group-title": { font } },
    view: { stroke: grid },
    range: { category },
    text: { fill: text, font },
    mark: { color: category[0] },
  } as Config;
}
