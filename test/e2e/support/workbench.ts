/// <reference lib="dom" />
import type { Frame, Page } from "playwright-core";
import { until } from "../../host/waiting.mjs";
import type { openWindow } from "../../host/window.mjs";

type Window = Awaited<ReturnType<typeof openWindow>>;

/** A window of VS Code with the hands and eyes of a person: keys, mouse, and what the browser shows. */
export class Workbench {
  readonly page: Page;
  readonly #window: Window;
  readonly #input = ".quick-input-widget:not([style*='display: none']) input[type='text']";

  constructor(window: Window) {
    this.#window = window;
    this.page = window.page;
  }

  /** Opens a file of the folder, and resolves when its lines are there. */
  async open(name: string): Promise<void> {
    await this.#window.evaluate(async (vscode, file) => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      if (folder) await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, file), { preview: false });
    }, name);
    await this.page.locator(".editor-instance .view-line").first().waitFor();
  }

  /** Opens a notebook of the folder in a new tab. */
  async openNotebook(name: string): Promise<void> {
    await this.#window.evaluate(async (vscode, file) => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      if (folder) await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.joinPath(folder, file), "futures-notebook", { preview: false });
    }, name);
  }

  /** Puts the cursor at the first place of a text in the active editor, in view and in focus. */
  async cursorTo(text: string): Promise<void> {
    await this.#window.evaluate((vscode, needle) => {
      const editor = vscode.window.activeTextEditor;
      if (!editor) throw new Error("no editor is active");
      const offset = editor.document.getText().indexOf(needle);
      if (offset < 0) throw new Error(`the document has no "${needle}"`);
      const position = editor.document.positionAt(offset + needle.length);
      editor.selection = new vscode.Selection(position, position);
      editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }, text);
    await this.#window.command("workbench.action.focusActiveEditorGroup");
  }

  /** Runs a command by its title in the command palette. */
  async palette(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.page.locator(this.#input).fill(`>Futures: ${title}`);
    await this.page
      .locator(".quick-input-list .monaco-list-row", { hasText: `Futures: ${title}` })
      .first()
      .click();
  }

  async pick(label: string): Promise<void> {
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: label }).first().click();
  }

  /** Resolves when the input box says so: its prompt, or what it thinks of the text in it. */
  async promptShows(expected: RegExp): Promise<void> {
    await this.page.locator(".quick-input-widget .quick-input-message", { hasText: expected }).waitFor();
  }

  async clickInPrompt(label: string): Promise<void> {
    await this.page.locator(`.quick-input-widget .action-label[aria-label="${label}"]`).first().click();
  }

  inputValue(): Promise<string> {
    return this.page.locator(this.#input).inputValue();
  }

  async type(text: string): Promise<void> {
    await this.page.locator(this.#input).fill(text);
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** Resolves when a text at the end of the line that holds `needle` matches. */
  async lineShows(needle: string, expected: RegExp): Promise<void> {
    let seen: string[] = [];
    await this.#reveal(needle);
    try {
      await until(`"${needle}" to show ${expected}`, async () => {
        seen = await this.#textsAt(needle);
        return seen.some((text) => expected.test(text));
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}; it shows ${JSON.stringify(seen)}`);
    }
  }

  /** Clicks an action above the function whose line holds `needle`. */
  async lens(needle: string, title: string): Promise<void> {
    await this.#reveal(needle);
    const name = await until(`the CodeLens above "${needle}"`, () =>
      this.page.evaluate(
        ([text]) => {
          const line = [...document.querySelectorAll(".editor-instance .view-line")].find((each) =>
            each.textContent?.replaceAll("\u00a0", " ").includes(text as string),
          );
          if (!line) return undefined;
          const top = line.getBoundingClientRect().top;
          const above = [...document.querySelectorAll(".codelens-decoration")]
            .map((each) => ({ id: each.getAttribute("widgetid") ?? each.id, gap: top - each.getBoundingClientRect().top }))
            .filter(({ gap }) => gap > 0 && gap < 30);
          return above.sort((a, b) => a.gap - b.gap)[0]?.id;
        },
        [needle],
      ),
    );
    await this.page.locator(`.codelens-decoration[widgetid="${name}"] a, [id="${name}"] a`, { hasText: title }).first().click();
  }

  /** Rests the mouse on the last word of `needle`, and gives the text of the hover that opens. */
  async hover(needle: string): Promise<string> {
    await this.#reveal(needle);
    await this.page.mouse.move(5, 5);
    const line = this.page.locator(".editor-instance .view-line", { hasText: new RegExp(needle.replace(/[^\w]+/g, "\\W+")) }).first();
    await line
      .locator("span span", { hasText: needle.split(" ").at(-1) as string })
      .first()
      .hover();
    const hover = this.page.locator(".monaco-hover:not(.hidden)", { hasText: /Submit Again/ });
    await hover.first().waitFor();
    await until("the hover to have faded in", () =>
      hover
        .first()
        .evaluate(
          (element) =>
            getComputedStyle(element.closest(".monaco-hover") ?? element).opacity === "1" && element.getAnimations({ subtree: true }).length === 0,
        ),
    );
    return (await hover.first().innerText()).replaceAll("\u00a0", " ");
  }

  async clickInHover(text: RegExp): Promise<void> {
    await this.page.locator(".monaco-hover a", { hasText: text }).first().click();
  }

  /** Resolves when the cursor is on a line with this text. */
  async cursorOn(text: string): Promise<void> {
    await until(`the cursor on "${text}"`, () =>
      this.#window.evaluate((vscode, expected) => {
        const editor = vscode.window.activeTextEditor;
        return editor?.document.lineAt(editor.selection.active.line).text.trim() === expected;
      }, text),
    );
  }

  /** Edits the active document, and leaves it unsaved. */
  async replace(before: string, after: string): Promise<void> {
    await this.#window.evaluate(
      async (vscode, from, to) => {
        const editor = vscode.window.activeTextEditor;
        const offset = editor?.document.getText().indexOf(from) ?? -1;
        if (!editor || offset < 0) throw new Error(`the active document has no ${from}`);
        const range = new vscode.Range(editor.document.positionAt(offset), editor.document.positionAt(offset + from.length));
        await editor.edit((edit) => edit.replace(range, to));
      },
      before,
      after,
    );
  }

  async setting(name: string, value: unknown): Promise<void> {
    await this.#window.evaluate(
      (vscode, key, to) => vscode.workspace.getConfiguration().update(key, to ?? undefined, vscode.ConfigurationTarget.Global),
      name,
      value ?? null,
    );
  }

  /** Runs a command where the way to it is not the point. */
  async command(id: string, ...args: unknown[]): Promise<void> {
    await this.#window.command(id, ...args);
  }

  /** Submits by command, where the path to it is not the point. */
  async submit(functionName: string, argumentsText: string): Promise<void> {
    await this.#window.evaluate(
      (vscode, name, args) => vscode.commands.executeCommand("futures.submit", { functionName: name, argumentsText: args }),
      functionName,
      argumentsText,
    );
  }

  async showTree(): Promise<void> {
    const tree = this.page.locator(".tree-explorer-viewlet-tree-view .monaco-list-row");
    if (!(await tree.first().isVisible())) await this.page.locator(".activitybar .action-label[aria-label^='Futures']").first().click();
    await tree.first().waitFor();
  }

  /** Moves the mouse away, and resolves when nothing hovers any more. */
  async pointAtNothing(): Promise<void> {
    await this.page.mouse.move(640, 20);
    await this.page.mouse.move(200, 600);
    await until("no hover", async () => (await this.page.locator(".workbench-hover:visible").count()) === 0);
  }

  /** The rows of the tree as they read: label and description on one line. */
  async treeRows(): Promise<string[]> {
    const rows = await this.page.locator(".tree-explorer-viewlet-tree-view .monaco-list-row").allInnerTexts();
    return rows.map((row) => row.replace(/\s+/g, " ").trim());
  }

  /** Clicks an action of the first row that matches. Rows of running tasks are drawn anew every second, so it is the place that is clicked. */
  async treeAction(row: RegExp, action: string): Promise<void> {
    const found = this.page.locator(".tree-explorer-viewlet-tree-view .monaco-list-row", { hasText: row }).first();
    const box = await until(`"${action}" of ${row}`, async () => {
      await found.hover();
      return found.locator(`.action-label[aria-label^="${action}"]`).boundingBox();
    });
    await this.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  }

  /** The page of the panel with this title, as soon as it has rows. */
  async tablePanel(title: RegExp): Promise<Frame> {
    return until(`a table ${title}`, async () => {
      for (const frame of this.page.frames()) {
        const shown = await frame
          .locator("h1")
          .first()
          .textContent({ timeout: 200 })
          .catch(() => null);
        if (shown !== null && title.test(shown) && (await frame.locator("tbody tr").count()) > 0) return frame;
      }
      return undefined;
    });
  }

  /** Resolves when nothing of ours stands at the end of a line. */
  async lineShowsNothing(needle: string): Promise<void> {
    await this.#reveal(needle);
    await until(`"${needle}" to show nothing`, async () => (await this.#textsAt(needle)).length === 0);
  }

  /** Leaves one tab open, in one group. */
  async closeOtherTabs(name: string): Promise<void> {
    await this.#window.evaluate(async (vscode, file) => {
      const others = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ label }) => label !== file);
      await vscode.window.tabGroups.close(others);
    }, name);
    await this.open(name);
  }

  async scrollTo(line: number): Promise<void> {
    await this.#window.command("revealLine", { lineNumber: line - 1, at: "top" });
  }

  /** Texts at the ends of lines that reach beyond the right edge of their editor. */
  cutOff(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll(".editor-instance")].flatMap((editor) => {
        const edge = editor.getBoundingClientRect().right;
        return [...editor.querySelectorAll(".view-line span")]
          .filter((span) => !["none", "normal", ""].includes(getComputedStyle(span, "::after").content) && span.getBoundingClientRect().right > edge)
          .map((span) => getComputedStyle(span, "::after").content);
      }),
    );
  }

  async #reveal(needle: string): Promise<void> {
    await this.#window.evaluate((vscode, text) => {
      const editor = vscode.window.activeTextEditor;
      const offset = editor?.document.getText().indexOf(text) ?? -1;
      if (!editor || offset < 0) throw new Error(`the active document has no "${text}"`);
      const position = editor.document.positionAt(offset);
      editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }, needle);
  }

  #textsAt(needle: string): Promise<string[]> {
    return this.page.evaluate(
      ([text]) => {
        const line = [...document.querySelectorAll(".editor-instance .view-line")].find((each) =>
          each.textContent?.replaceAll("\u00a0", " ").includes(text as string),
        );
        return [...(line?.querySelectorAll("span") ?? [])]
          .map((span) => getComputedStyle(span, "::after").content)
          .filter((content) => content.startsWith('"'))
          .map((content) => (JSON.parse(content) as string).replaceAll("\u00a0", " "));
      },
      [needle],
    );
  }
}
