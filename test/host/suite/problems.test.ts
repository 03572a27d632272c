import assert from "node:assert/strict";
import * as vscode from "vscode";
import { activated, Files, failureOf, replace, resetSettings, run, set, settled, show, submit, when } from "./support/editor.js";

const source = `import { check } from "./lib/check.js";
export function half(n: number): number {
  if (n % 2 !== 0) throw new RangeError("odd", { cause: new Error("not even") });
  return n / 2;
}
export function checked(n: number) { return check(n); }
export function unsendable() { return () => 1; }
export function forever(): never { for (;;); }
`;

describe("problems", () => {
  let files: Files;
  let uri: vscode.Uri;
  let lib: vscode.Uri;
  before(async () => {
    await activated();
    files = await Files.create();
    lib = await files.write(
      "lib/check.ts",
      "export function check(n: number) {\n  if (n > 9) throw new TypeError(`too many: ${n}`);\n  return n;\n}\n",
    );
    uri = await files.write("problems.ts", source);
    await show(uri);
  });
  after(() => files.remove());
  afterEach(async () => {
    await resetSettings();
    await vscode.commands.executeCommand("futures.clearTasks");
  });

  const ours = (of: vscode.Uri): vscode.Diagnostic[] => vscode.languages.getDiagnostics(of).filter((one) => one.source === "Futures");
  /** Line, counted from 1, and message of each. */
  const problems = (of = uri): string[] => ours(of).map(({ range, message }) => `${range.start.line + 1}: ${message}`);
  const until = (expected: string[], of = uri): Promise<unknown> =>
    when(vscode.languages.onDidChangeDiagnostics, () => JSON.stringify(problems(of)) === JSON.stringify(expected) || undefined);
  const untilThereAre = (count: number): Promise<unknown> =>
    when(vscode.languages.onDidChangeDiagnostics, () => problems().length === count || undefined);

  it("are at the line that threw, and gone when the function is submitted again", async () => {
    await failureOf(uri, "half", "3");
    await until(["3: RangeError: odd"]);
    const [problem] = ours(uri);
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(problem?.range.start.character, source.split("\n")[2]?.indexOf("new RangeError"));
    assert.deepEqual(
      problem?.relatedInformation?.map(({ message, location }) => `${location.range.start.line + 1}: ${message}`),
      ["3: Error: not even"],
    );
    await run(uri, "half", "4");
    assert.deepEqual(problems(), []);
  });

  it("are in the file that threw, which need not be open", async () => {
    await failureOf(uri, "checked", "10");
    await until(["2: TypeError: too many: 10"], lib);
    assert.deepEqual(problems(uri), []);
  });

  it("are at the function where no line threw", async () => {
    await failureOf(uri, "unsendable");
    await untilThereAre(1);
    assert.match(problems()[0] ?? "", /^7: TransferError: /);
  });

  it("are of the newest task of each function alone", async () => {
    await failureOf(uri, "half", "3");
    await failureOf(uri, "half", "5");
    await failureOf(uri, "unsendable");
    await untilThereAre(2);
    assert.deepEqual(
      problems().map((text) => text.slice(0, 2)),
      ["3:", "7:"],
    );
  });

  it("are gone when the function is changed, and when finished tasks are cleared", async () => {
    await failureOf(uri, "half", "3");
    await until(["3: RangeError: odd"]);
    const { document } = await show(uri);
    await replace(document, "n / 2", "n / 2.0");
    await until([]);
    await replace(document, "n / 2.0", "n / 2");
    await until(["3: RangeError: odd"]);
    await vscode.commands.executeCommand("futures.clearTasks");
    await until([]);
  });

  it("are not made of timeouts, of arguments that fail, or of what the user has stopped", async () => {
    await failureOf(uri, "half", "missing");
    await set("resultTimeout", 100);
    await set("onTimeout", "stop");
    await settled(await submit(uri, "forever"));
    assert.deepEqual(problems(), []);
  });
});
