import { type IpynbOutput, linesOf, mimeDataOf } from "../analysis/notebook/ipynb.js";
import type { CellOutput, MimeBundle } from "../protocol/cells.js";
import type { ErrorDescription } from "../protocol/values.js";

/** What was printed without anything else between. */
interface Printed {
  readonly stream: "stdout" | "stderr";
  readonly parts: string[];
}

type Shown = Printed | { readonly id?: number; readonly output: IpynbOutput };

/** What a cell has shown, as a notebook file keeps it. */
export class CellOutputs {
  readonly #outputs: Shown[] = [];

  add(output: CellOutput, count: number): void {
    if (output.kind === "clear") this.#outputs.length = 0;
    if (output.kind === "stream") this.#addText(output.stream, output.text);
    if (output.kind !== "display") return;
    const { id, bundle, isResult = false } = output;
    const shown = { id, output: displayed(bundle, isResult ? count : undefined) };
    const place = this.#outputs.findIndex((other) => "id" in other && other.id === id);
    if (place >= 0) this.#outputs[place] = shown;
    else this.#outputs.push(shown);
  }

  addError({ name, message, stack }: ErrorDescription): void {
    this.#outputs.push({ output: { output_type: "error", ename: name, evalue: message, traceback: (stack || `${name}: ${message}`).split("\n") } });
  }

  get all(): IpynbOutput[] {
    return this.#outputs.map((shown) =>
      "output" in shown ? shown.output : { output_type: "stream", name: shown.stream, text: linesOf(shown.parts.join("")) },
    );
  }

  /** Texts of what is not a stream, in order. */
  get texts(): string[] {
    return this.all.flatMap((output) => {
      if (output.output_type !== "display_data" && output.output_type !== "execute_result") return [];
      const text = output.data["text/plain"];
      return Array.isArray(text) ? [text.join("")] : [];
    });
  }

  #addText(stream: Printed["stream"], text: string): void {
    const last = this.#outputs.at(-1);
    if (last && "parts" in last && last.stream === stream) last.parts.push(text);
    else this.#outputs.push({ stream, parts: [text] });
  }
}

function displayed(bundle: MimeBundle, count: number | undefined): IpynbOutput {
  // What only a live session can answer for is of no use in a file.
  const lasting = Object.entries(bundle).filter(([type]) => !type.startsWith("application/vnd.concurrent-futures."));
  const data = mimeDataOf(Object.fromEntries(lasting));
  return count === undefined
    ? { output_type: "display_data", data, metadata: {} }
    : { output_type: "execute_result", data, metadata: {}, execution_count: count };
}
