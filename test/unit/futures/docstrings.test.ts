import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Doc, docFrom, docOfMember, type Exported, type Member, type Parameter, readApi } from "../../../media/apiModel.mjs";
import { apiPage } from "../../../media/apiPage.mjs";
import { throwingFunctions } from "./support/throwing.js";

interface Documented {
  /** As a reader finds it: `pool/options.ts: PoolOptions.maxWorkers`. */
  readonly place: string;
  readonly name: string;
  readonly doc: Doc | undefined;
  readonly parameters: readonly Parameter[];
}

const api: readonly Exported[] = readApi();
const members: readonly Documented[] = api.flatMap((owner) =>
  owner.members.map((member: Member) => ({
    place: `${owner.file}.ts: ${owner.name}.${member.name}`,
    name: `${owner.name}.${member.name}`,
    doc: docOfMember(owner, member, api)?.doc,
    parameters: member.parameters,
  })),
);
const symbols: readonly Documented[] = api.map((exported) => ({ ...exported, place: `${exported.file}.ts: ${exported.name}` }));
/** What Python programmers know. */
const modelled = [
  ...["Executor", "Executor.submit", "Executor.map", "Executor.shutdown", "ThreadPoolExecutor", "ProcessPoolExecutor"],
  ...["cancel", "cancelled", "running", "done", "result", "exception", "addDoneCallback"].map((name) => `Future.${name}`),
  ...["setRunningOrNotifyCancel", "setResult", "setException"].map((name) => `Future.${name}`),
  ...["Future", "wait", "asCompleted", "FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"],
  ...["PoolOptions.initializer", "PoolOptions.name"],
  ...["CancelledError", "TimeoutError", "InvalidStateError", "BrokenExecutor", "BrokenThreadPool", "BrokenProcessPool"],
];
const isTime = (name: string): boolean => /timeout$|grace$|(?:^|[a-z])Time$|^ms$/i.test(name.replace(/^.*\./, ""));
/** `ms` itself, or a word on another docstring that says it. */
const saysMs = /\bms\b|\bas for \{@link/;
const places = (found: readonly Documented[]): string[] => found.map(({ place }) => place);

describe("the docstrings of the library", () => {
  it("are at every symbol that it exports", () => {
    assert.ok(symbols.length > 30, "the declarations were not found");
    assert.deepEqual(places(symbols.filter(({ doc }) => !doc)), []);
  });

  it("are at every member of its classes and interfaces, or at what the member overrides", () => {
    assert.ok(members.length > 60, "the members were not found");
    assert.deepEqual(places(members.filter(({ doc }) => !doc)), []);
  });

  it("say of every time that it is in ms", () => {
    const times = members.filter(({ name, parameters }) => isTime(name) && parameters.length === 0);
    const parameters = [...symbols, ...members].flatMap(({ place, doc, parameters }) =>
      parameters.filter(({ name }) => isTime(name)).map(({ name }) => ({ place: `${place}, ${name}`, text: doc?.params.get(name) ?? "" })),
    );
    assert.ok(times.length + parameters.length >= 6, "the times were not found");
    assert.deepEqual(
      [...times.map(({ place, doc }) => ({ place, text: doc?.text ?? "" })), ...parameters]
        .filter(({ text }) => !saysMs.test(text))
        .map(({ place }) => place),
      [],
    );
  });

  it("tell of the parameters that there are, and of no others", () => {
    const unknown = [...symbols, ...members].flatMap(({ place, doc, parameters }) =>
      [...(doc?.params.keys() ?? [])].filter((name) => !parameters.some((parameter) => parameter.name === name)).map((name) => `${place}, ${name}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("tell what is thrown, wherever the source shows that something is", () => {
    const throwing = throwingFunctions(path.resolve("src", "futures"));
    assert.ok(
      ["wait", "Future.result", "Executor.map", "tasks"].every((name) => throwing.has(name)),
      "the functions were not found",
    );
    const silent = [...symbols, ...members].filter(({ name, doc }) => throwing.has(name) && !/@throws|\breject|\bthrow/i.test(doc?.text ?? ""));
    assert.deepEqual(places(silent), []);
  });

  it("name the model in CPython of all that has one", () => {
    const withModel = [...symbols, ...members].filter(({ name }) => modelled.includes(name));
    assert.equal(withModel.length, modelled.length);
    assert.deepEqual(places(withModel.filter(({ doc }) => !/\bCPython\b/.test(doc?.text ?? ""))), []);
  });

  it("are in media/api.md as they are now", () => {
    assert.ok(readFileSync("media/api.md", "utf8") === apiPage(api), "media/api.md is out of date: npm run build && npm run api");
  });
});

describe("the reader of docstrings", () => {
  it("takes them apart", () => {
    const doc = docFrom(`
 * Waits, as \`@x\` says. CPython \`wait\`.
 * @param timeout ms to wait;
 * two lines of it.
 * @param deep.name - with a dash
 * @returns what is there.
 * @throws TypeError if not.
 * @throws RangeError too. `);
    assert.equal(doc.description, "Waits, as `@x` says. CPython `wait`.");
    assert.deepEqual(
      [...doc.params],
      [
        ["timeout", "ms to wait;\ntwo lines of it."],
        ["deep.name", "with a dash"],
      ],
    );
    assert.deepEqual([doc.returns, ...doc.throws], ["what is there.", "TypeError if not.", "RangeError too."]);
  });
});
