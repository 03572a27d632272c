/** The table's panel: draws the rows that are seen and asks for others as they come into sight. */
import type { TableMessage, TablePanelMessage } from "../../protocol/tablePanel.js";
import { TableView } from "./tableView.js";

declare function acquireVsCodeApi(): { postMessage(message: TableMessage): void };

const editor = acquireVsCodeApi();
const view = new TableView(document.body, (message) => editor.postMessage(message));
window.addEventListener("message", ({ data }: MessageEvent<TablePanelMessage>) => view.take(data));
editor.postMessage({ type: "ready" });
