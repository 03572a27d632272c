import { type LoggerInterface, logger, parse, type Spec, View, Warn } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { offlineLoader } from "./offline.js";
import { themeOf } from "./theme.js";

/** One chart in one output. */
export class Chart {
  readonly #spec: unknown;
  readonly #isLite: boolean;
  readonly #element: HTMLElement;
  #view: View | undefined;
  #problems: string[] = [];

  /** @param spec as the cell gave it. @param mime that says whether it is Vega's or Vega-Lite's. */
  constructor(spec: unknown, mime: string, element: HTMLElement) {
    this.#spec = spec;
    this.#isLite = mime.includes("vegalite");
    this.#element = element;
  }

  /** Draws anew, in the colours of now. What is wrong with the spec is said below the chart, or in its place. */
  async draw(): Promise<void> {
    this.dispose();
    this.#problems = [];
    const drawing = document.createElement("div");
    drawing.className = "futures-chart";
    drawing.style.width = "100%";
    this.#element.replaceChildren(drawing);
    try {
      const runtime = parse(this.#vegaSpec(), this.#isLite ? {} : themeOf(this.#element), { ast: true });
      this.#view = new View(runtime, {
        container: drawing,
        renderer: "svg",
        hover: true,
        expr: expressionInterpreter,
        loader: offlineLoader(),
        logger: this.#logger(),
      });
      await this.#view.runAsync();
    } catch (error) {
      this.#problems.push(explain(error));
    }
    if (this.#problems.length > 0) this.#element.append(complaint(this.#problems));
  }

  dispose(): void {
    this.#view?.finalize();
    this.#view = undefined;
  }

  #vegaSpec(): Spec {
    if (typeof this.#spec !== "object" || this.#spec === null) throw new Error("its spec is no object");
    if (!this.#isLite) return this.#spec as Spec;
    return compile(this.#spec as TopLevelSpec, { config: themeOf(this.#element) as never, logger: this.#logger() as never }).spec;
  }

  /** Errors are told, warnings too; what Vega-Lite counts of itself is not. */
  #logger(): LoggerInterface {
    const note = (...parts: readonly unknown[]): void => {
      this.#problems.push(parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" "));
    };
    const made = logger(Warn);
    made.error = (...parts) => {
      note(...parts);
      return made;
    };
    made.warn = made.error;
    return made;
  }
}

/** What these libraries cannot make anything of they mostly do not check, but stumble over. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof TypeError ? `look at its mark, encoding and data, since it came to this: ${message}` : message;
}

function complaint(problems: readonly string[]): HTMLElement {
  const element = document.createElement("div");
  element.className = "futures-chart-problem";
  element.setAttribute("role", "alert");
  element.style.color = "var(--vscode-errorForeground)";
  element.style.fontFamily = "var(--vscode-editor-font-family)";
  element.textContent = `This chart could not be drawn as its spec says: ${[...new Set(problems)].join("; ")}`;
  return element;
}
