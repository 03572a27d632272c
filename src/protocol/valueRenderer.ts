/** What goes between the extension and its renderer of values in outputs of notebooks. */
import type { Answer, ValueStep } from "./questions.js";

/** Type of the output items that the renderer takes. */
export const valueMime = "application/vnd.concurrent-futures.value+json";
export const valueRendererId = "futures-value-renderer";

/** Content of such an item. */
export interface ValueOutput {
  /** By which the session knows the value. */
  readonly id: number;
  /** One line. */
  readonly preview: string;
  readonly text: string;
  readonly type: string;
  readonly truncated: boolean;
}

/** Asks for the parts of a value. */
export interface PartsRequest {
  readonly requestId: number;
  readonly id: number;
  readonly path: readonly ValueStep[];
}

/** To a {@link PartsRequest}. */
export interface PartsAnswer {
  readonly requestId: number;
  readonly answer: Answer;
}
