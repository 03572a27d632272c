import type { TablePage, TableRow, TableSelection } from "../../protocol/questions.js";
import type { TableMessage, TablePanelMessage, TableTexts } from "../../protocol/tablePanel.js";
import { button, element, fill } from "./elements.js";

/** Pixels; the style sheet has the same. */
const rowHeight = 24;
/** Rows asked for above and below those in sight. */
const margin = 30;
/** ms after the last key before rows are filtered. */
const typingPause = 150;

/** Toolbar, head and the rows in sight. The rest is only space, so that any number of rows scrolls alike. */
export class TableView {
  readonly #send: (message: TableMessage) => void;
  readonly #title = element("h1");
  readonly #state = element("p", { class: "state", role: "status" });
  readonly #filter = element("input", { type: "search" }) as HTMLInputElement;
  readonly #failedOnly = element("input", { type: "checkbox", id: "failedOnly" }) as HTMLInputElement;
  readonly #failedLabel = element("label", { for: "failedOnly" });
  readonly #count = element("span", { class: "count", role: "status" });
  readonly #copyJson = button(() => this.#copy("json"));
  readonly #copyCsv = button(() => this.#copy("csv"));
  readonly #rerun = button(() => this.#send({ type: "rerunFailed" }));
  readonly #scroller = element("div", { class: "scroller", tabindex: "0", role: "region" });
  readonly #space = element("div", { class: "space" });
  readonly #table = element("table");
  readonly #head = element("thead");
  readonly #body = element("tbody");
  #texts: TableTexts | undefined;
  #page: TablePage | undefined;
  #offset = 0;
  #isMap = false;
  #request = 0;
  #sort: TableSelection["sort"];
  #typing: number | undefined;
  #columns = "";

  constructor(root: HTMLElement, send: (message: TableMessage) => void) {
    this.#send = send;
    const toolbar = element("div", { class: "toolbar" });
    toolbar.append(this.#filter, this.#failedOnly, this.#failedLabel, this.#count, this.#copyJson, this.#copyCsv, this.#rerun);
    this.#table.append(this.#head, this.#body);
    this.#space.append(this.#table);
    this.#scroller.append(this.#space);
    root.append(this.#title, this.#state, toolbar, this.#scroller);
    this.#filter.addEventListener("input", () => {
      window.clearTimeout(this.#typing);
      this.#typing = window.setTimeout(() => this.#restart(), typingPause);
    });
    this.#failedOnly.addEventListener("change", () => this.#restart());
    this.#scroller.addEventListener("scroll", () => this.#lookAgain(), { passive: true });
    window.addEventListener("resize", () => this.#lookAgain());
  }

  take(message: TablePanelMessage): void {
    switch (message.type) {
      case "texts":
        this.#translate(message.texts);
        this.#ask();
        break;
      case "state":
        this.#title.textContent = message.title;
        this.#state.textContent = message.state;
        this.#isMap = message.isMap;
        break;
      case "page":
        if (message.request === this.#request) this.#show(message.page);
        break;
      case "changed":
        this.#ask();
        break;
      case "problem":
        this.#state.textContent = message.text;
        break;
    }
  }

  get #selection(): TableSelection {
    return { filter: this.#filter.value, failedOnly: this.#failedOnly.checked, ...(this.#sort && { sort: this.#sort }) };
  }

  #translate(texts: TableTexts): void {
    this.#texts = texts;
    this.#filter.placeholder = texts.filter;
    this.#filter.setAttribute("aria-label", texts.filter);
    this.#failedLabel.textContent = texts.failedOnly;
    this.#copyJson.textContent = texts.copyJson;
    this.#copyCsv.textContent = texts.copyCsv;
    this.#rerun.textContent = texts.rerunFailed;
    this.#scroller.setAttribute("aria-label", texts.table);
  }

  #copy(format: "json" | "csv"): void {
    this.#send({ type: "copy", selection: this.#selection, format });
  }

  #restart(): void {
    this.#scroller.scrollTop = 0;
    this.#ask();
  }

  #lookAgain(): void {
    const first = Math.floor(this.#scroller.scrollTop / rowHeight);
    const last = first + Math.ceil(this.#scroller.clientHeight / rowHeight);
    const rows = this.#page?.rows.length ?? 0;
    const isThere = first >= this.#offset && last <= this.#offset + rows;
    const isEnd = this.#page !== undefined && this.#offset + rows >= this.#page.selected && first >= this.#offset;
    if (!isThere && !isEnd) this.#ask();
  }

  #ask(): void {
    const first = Math.max(0, Math.floor(this.#scroller.scrollTop / rowHeight) - margin);
    const count = Math.ceil(this.#scroller.clientHeight / rowHeight) + 2 * margin;
    this.#request += 1;
    this.#wanted = first;
    this.#send({ type: "page", request: this.#request, selection: this.#selection, offset: first, count });
  }
  #wanted = 0;

  #show(page: TablePage): void {
    this.#page = page;
    this.#offset = this.#wanted;
    const texts = this.#texts;
    if (!texts) return;
    const all = page.selected === page.total;
    const parts = [all ? fill(texts.rows, page.total) : fill(texts.some, page.selected, page.total)];
    if (page.failed > 0) parts.push(fill(texts.failed, page.failed));
    this.#count.textContent = page.selected === 0 && page.total > 0 ? `${parts.join(", ")}. ${texts.empty}` : parts.join(", ");
    for (const part of [this.#failedOnly, this.#failedLabel, this.#rerun]) part.hidden = !this.#isMap || page.failed === 0;
    if (page.failed === 0 && this.#failedOnly.checked) this.#failedOnly.checked = false;
    this.#drawHead(page.columns, texts);
    this.#table.setAttribute("aria-rowcount", String(page.selected + 1));
    this.#space.style.height = `${(page.selected + 1) * rowHeight}px`;
    this.#table.style.marginTop = `${this.#offset * rowHeight}px`;
    this.#body.replaceChildren(...page.rows.map((row, i) => this.#rowOf(row, this.#offset + i)));
    this.#keepWidths();
  }

  /** Columns only grow, so that nothing moves sideways while one scrolls. */
  #keepWidths(): void {
    for (const cell of this.#head.querySelectorAll("th")) cell.style.minWidth = `${cell.offsetWidth}px`;
  }

  #drawHead(columns: readonly string[], texts: TableTexts): void {
    const key = JSON.stringify([columns, this.#sort]);
    if (key === this.#columns) return;
    const focused = [...this.#head.querySelectorAll("button")].indexOf(document.activeElement as HTMLButtonElement);
    this.#columns = key;
    const row = element("tr");
    columns.forEach((column, i) => {
      const cell = element("th", { scope: "col" });
      const isSorted = this.#sort?.column === i;
      cell.setAttribute("aria-sort", !isSorted ? "none" : this.#sort?.descending ? "descending" : "ascending");
      const sort = button(() => this.#sortBy(i));
      sort.textContent = isSorted ? `${column} ${this.#sort?.descending ? "▼" : "▲"}` : column;
      sort.title = fill(texts.sortBy, column);
      cell.append(sort);
      row.append(cell);
    });
    this.#head.replaceChildren(row);
    if (focused >= 0) this.#head.querySelectorAll("button")[focused]?.focus();
  }

  /** Up, down, as they are. */
  #sortBy(column: number): void {
    const isSame = this.#sort?.column === column;
    if (isSame && this.#sort?.descending) this.#sort = undefined;
    else this.#sort = { column, descending: isSame };
    this.#restart();
  }

  #rowOf({ cells, failed }: TableRow, place: number): HTMLElement {
    const row = element("tr", { "aria-rowindex": String(place + 2), ...(failed && { class: "failed" }) });
    for (const text of cells) {
      const cell = element("td", { title: text });
      cell.textContent = text;
      if (/^-?[\d.,]+(?:e[+-]?\d+)?n?$/i.test(text)) cell.className = "number";
      row.append(cell);
    }
    return row;
  }
}
