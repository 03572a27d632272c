import { type CellNames, namesOf } from "./cellContext.js";

/** A cell's file: `^/vscode-notebook-cell/ts-nul-authority/folder/book.nb.ts#W0sZmlsZQ==`, or that below the folder of the project. */
const cellFile = /(?:^|\/)\^\/vscode-notebook-cell\/[^/]+(\/.*)#([^#]*?)(?:\.tsx?)?$/;
/** Names of a notebook up to which a cell has all of them, for completions; of more it has those that its text mentions. */
const fewNames = 300;

/** A cell as it was last looked at. */
interface Cell {
  readonly fileName: string;
  readonly version: string;
  readonly text: string;
  /** Of the last text that did parse. */
  readonly names: CellNames | undefined;
}

/** The files of a project, as far as they are needed here. */
export interface Files {
  names(): readonly string[];
  version(fileName: string): string;
  text(fileName: string): string | undefined;
}

export function isCell(fileName: string): boolean {
  return cellFile.test(fileName);
}

/** The notebook of a cell: from there its imports are found. */
export function notebookOf(fileName: string): string {
  return cellFile.exec(fileName)?.[1] ?? fileName;
}

/** The cells of all notebooks of a project, and which names each has from which. */
export class Cells {
  readonly #files: Files;
  readonly #cells = new Map<string, Cell>();
  /** By notebook: the files of its cells in order, and for each name the places of the cells that declare it. */
  readonly #notebooks = new Map<string, { readonly order: readonly string[]; readonly places: ReadonlyMap<string, readonly number[]> }>();
  /** Another one when any name, or the order of cells, has changed. */
  version = 0;

  constructor(files: Files) {
    this.#files = files;
  }

  /** Looks at what has changed. @param order cells of each notebook by the fragments of their URIs. */
  refresh(order: Readonly<Record<string, readonly string[]>>, orderHasChanged: boolean): void {
    let changed = orderHasChanged;
    const present = new Set(this.#files.names().filter(isCell));
    for (const fileName of this.#cells.keys()) if (!present.has(fileName)) changed = this.#cells.delete(fileName) || changed;
    for (const fileName of present) changed = this.#look(fileName) || changed;
    if (!changed) return;
    this.version += 1;
    this.#arrange(order);
  }

  /** A project that is being closed has no files to be asked for: this is as it was at the last look. */
  get isEmpty(): boolean {
    return this.#cells.size === 0;
  }

  textOf(fileName: string): string | undefined {
    return this.#cells.get(fileName)?.text;
  }

  namesOf(fileName: string): CellNames | undefined {
    return this.#cells.get(fileName)?.names;
  }

  /** Names that a cell has from others, by the files of those: of the last one above it, else of the first below, which its functions may use. */
  namesFromOthers(fileName: string): ReadonlyMap<string, readonly string[]> {
    const wanted = new Map<string, string[]>();
    const notebook = this.#notebooks.get(notebookOf(fileName));
    if (!notebook) return wanted;
    const own = notebook.order.indexOf(fileName);
    const declared = new Set(this.namesOf(fileName)?.all);
    for (const name of this.#candidates(fileName, notebook.places)) {
      const places = notebook.places.get(name);
      if (!places || declared.has(name)) continue;
      const source = notebook.order[places.findLast((place) => place < own) ?? (places[0] as number)];
      if (source === undefined || source === fileName) continue;
      wanted.set(source, [...(wanted.get(source) ?? []), name]);
    }
    return wanted;
  }

  #candidates(fileName: string, places: ReadonlyMap<string, unknown>): Iterable<string> {
    if (places.size <= fewNames) return places.keys();
    return new Set(this.textOf(fileName)?.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
  }

  /** @returns whether its names are others. */
  #look(fileName: string): boolean {
    const version = this.#files.version(fileName);
    const known = this.#cells.get(fileName);
    if (known?.version === version) return false;
    const text = this.#files.text(fileName) ?? "";
    const names = namesOf(text) ?? known?.names;
    this.#cells.set(fileName, { fileName, version, text, names });
    return !known || JSON.stringify(names) !== JSON.stringify(known.names);
  }

  #arrange(order: Readonly<Record<string, readonly string[]>>): void {
    const byFragment = new Map<string, Map<string, string>>();
    for (const fileName of this.#cells.keys()) {
      const [, notebook = "", fragment = ""] = cellFile.exec(fileName) ?? [];
      byFragment.set(notebook, (byFragment.get(notebook) ?? new Map()).set(fragment, fileName));
    }
    this.#notebooks.clear();
    for (const [notebook, fragments] of Object.entries(order)) {
      const files = fragments.flatMap((fragment) => byFragment.get(notebook)?.get(fragment) ?? []);
      const places = new Map<string, number[]>();
      files.forEach((fileName, place) => {
        for (const name of this.namesOf(fileName)?.all ?? []) places.set(name, [...(places.get(name) ?? []), place]);
      });
      this.#notebooks.set(notebook, { order: files, places });
    }
  }
}
