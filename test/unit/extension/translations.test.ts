import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const source = path.resolve("src/extension");
const texts = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(path.join(source, file), "utf8") }));
/** What goes through `vscode.l10n.t`, by whatever name it is called. */
const used = new Set(
  texts.flatMap(({ text }) =>
    [...text.matchAll(/(?:\bt|l10n\.t)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/g)].map(([, literal]) =>
      literal?.startsWith('"') ? (JSON.parse(literal) as string) : (literal as string).slice(1, -1),
    ),
  ),
);
const read = (file: string): Record<string, string> => JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
const placesIn = (text: string): string[] => (text.match(/\{\d\}/g) ?? []).sort();
const linksIn = (text: string): string[] => (text.match(/\(command:[\w.]+\)|`#[\w.]+#`/g) ?? []).sort();

const languages = readdirSync("l10n").map((file) => /^bundle\.l10n\.([\w-]+)\.json$/.exec(file)?.[1] ?? assert.fail(file));

describe("translations", () => {
  it("are there beside English", () => assert.deepEqual(languages, ["ko"]));

  for (const language of languages) {
    it(`to ${language} have every text of the code, and no other`, () => {
      assert.ok(used.size > 200, "the texts were not found");
      assert.deepEqual(Object.keys(read(`l10n/bundle.l10n.${language}.json`)).sort(), [...used].sort());
    });

    it(`to ${language} have every text of package.json, and no other`, () => {
      assert.deepEqual(Object.keys(read(`package.nls.${language}.json`)).sort(), Object.keys(read("package.nls.json")).sort());
    });

    it(`to ${language} keep places, links and names of settings, and are none of them left in English`, () => {
      const same: string[] = [];
      for (const [english, translated] of Object.entries(read(`l10n/bundle.l10n.${language}.json`))) {
        assert.deepEqual(placesIn(translated), placesIn(english), english);
        if (english === translated) same.push(english);
      }
      assert.deepEqual(same, ["Futures: {0}", "Node.js {0}"]);
      const standard = read("package.nls.json");
      for (const [key, translated] of Object.entries(read(`package.nls.${language}.json`)))
        assert.deepEqual(linksIn(translated), linksIn(standard[key] ?? ""), key);
    });
  }

  it("cover what is shown: no text stands in the code without going through them", () => {
    // Errors of ours, which are no UserError, go to the log in English; so do answers to language models.
    const stray = texts
      .filter(({ file }) => !file.startsWith(`tools${path.sep}`))
      .flatMap(({ file, text }) =>
        [...text.matchAll(/(?:new UserError\(|showQuickPick\(\[|\btitle: |placeHolder: |prompt: |tooltip = |\.text = )(["'`])(?!\1)/g)].map(
          (match) => `${file}: ${match[0]}`,
        ),
      );
    assert.deepEqual(
      stray.filter((one) => !one.includes("mapCommand.ts: placeHolder")),
      [],
    );
  });
});
