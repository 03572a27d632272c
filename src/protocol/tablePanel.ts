/** What the table's panel and the extension say to each other. */
import type { TablePage, TableSelection } from "./questions.js";

/** From the panel. */
export type TableMessage =
  /** It listens. */
  | { readonly type: "ready" }
  /** `request` counts up: only the answer to the last one is shown. */
  | { readonly type: "page"; readonly request: number; readonly selection: TableSelection; readonly offset: number; readonly count: number }
  | { readonly type: "copy"; readonly selection: TableSelection; readonly format: "json" | "csv" }
  | { readonly type: "rerunFailed" };

/** Words of the panel, in the user's language. */
export interface TableTexts {
  readonly filter: string;
  readonly failedOnly: string;
  readonly copyJson: string;
  readonly copyCsv: string;
  readonly rerunFailed: string;
  readonly rows: string;
  readonly some: string;
  readonly failed: string;
  readonly sortBy: string;
  readonly empty: string;
  readonly table: string;
}

/** To the panel. */
export type TablePanelMessage =
  | { readonly type: "texts"; readonly texts: TableTexts }
  /** `state`: one line about a map, which may still run. */
  | { readonly type: "state"; readonly title: string; readonly state: string; readonly isMap: boolean; readonly open: boolean }
  | { readonly type: "page"; readonly request: number; readonly page: TablePage }
  /** Rows may have changed. */
  | { readonly type: "changed" }
  | { readonly type: "problem"; readonly text: string };
