import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  colorId,
  commandIds,
  contextKeys,
  contextValues,
  jupyterType,
  languageIds,
  lineKinds,
  notebookTypes,
  type Settings,
  section,
  viewIds,
} from "../../../src/extension/ids.js";

const settingKeys: Record<keyof Settings, true> = {
  runtime: true,
  executor: true,
  executors: true,
  resultTimeout: true,
  onTimeout: true,
  maxWorkers: true,
  maxMemory: true,
  stopGrace: true,
  envFile: true,
  execArgv: true,
  rerunOnSave: true,
  cellTimeout: true,
  "inlineText.enabled": true,
  "inlineText.maxLength": true,
  "inlineText.states": true,
  "codeLens.enabled": true,
};

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly icon: string;
  readonly activationEvents: string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: string[] } };
  readonly contributes: {
    readonly commands: { readonly command: string; readonly title: string; readonly category: string; readonly enablement?: string }[];
    readonly menus: Record<string, MenuItem[]>;
    readonly keybindings: (MenuItem & { readonly key: string; readonly mac: string })[];
    readonly views: Record<string, { readonly id: string; readonly icon: string }[]>;
    readonly viewsContainers: { readonly activitybar: { readonly id: string; readonly icon: string }[] };
    readonly viewsWelcome: { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly configuration: { readonly properties: Record<string, { readonly default: unknown; readonly scope: string; readonly order: number }> }[];
    readonly colors: { readonly id: string; readonly defaults: Record<string, string> }[];
  };
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
const manifest = read("package.json") as Manifest;
const nls = read("package.nls.json") as Record<string, string>;
const { commands, menus, keybindings, views, viewsContainers, viewsWelcome, configuration, colors } = manifest.contributes;
const properties = Object.assign({}, ...configuration.map((group) => group.properties)) as (typeof configuration)[number]["properties"];
const sorted = (items: Iterable<string>): string[] => [...items].sort();

describe("package.json and the typed ids", () => {
  it("have the same commands", () => assert.deepEqual(sorted(commands.map(({ command }) => command)), sorted(Object.keys(commandIds))));

  it("have the same settings", () => {
    assert.deepEqual(sorted(Object.keys(properties)), sorted(Object.keys(settingKeys).map((key) => `${section}.${key}`)));
  });

  it("have the same view and view container", () => {
    assert.deepEqual(
      viewsContainers.activitybar.map(({ id }) => id),
      [viewIds.container],
    );
    assert.deepEqual(Object.keys(views), [viewIds.container]);
    assert.deepEqual(
      views[viewIds.container]?.map(({ id }) => id),
      [viewIds.tasks, viewIds.variables],
    );
    assert.deepEqual(new Set(viewsWelcome.map(({ view }) => view)), new Set([viewIds.tasks, viewIds.variables]));
  });

  it("have the same colours, each for four kinds of theme", () => {
    assert.deepEqual(sorted(colors.map(({ id }) => id)), sorted(lineKinds.map(colorId)));
    for (const { defaults } of colors) assert.deepEqual(sorted(Object.keys(defaults)), ["dark", "highContrast", "highContrastLight", "light"]);
  });

  it("have the same languages", () =>
    assert.deepEqual(manifest.activationEvents, [
      ...languageIds.map((id) => `onLanguage:${id}`),
      ...[...notebookTypes, jupyterType].map((type) => `onNotebook:${type}`),
    ]));

  it("use no context key and no tree item that the other does not know", () => {
    const conditions = [
      ...Object.values(menus).flatMap((items) => items.map(({ when }) => when)),
      ...keybindings.map(({ when }) => when),
      ...commands.map(({ enablement }) => enablement),
      ...viewsWelcome.map(({ when }) => when),
    ].join(" ");
    const used = new Set([...conditions.matchAll(/futures\.\w+/g)].map(([key]) => key).filter((key) => key !== viewIds.tasks));
    assert.deepEqual(sorted(used), sorted(Object.values(contextKeys)));
    const items = new Set([...conditions.matchAll(/viewItem == (\w+)/g)].map(([, item]) => item as string));
    for (const item of items) assert.ok(Object.values<string>(contextValues).includes(item), item);
    assert.match(contextValues.openTask, /^(open|settled)Task$/);
    assert.match(contextValues.settledTask, /^(open|settled)Task$/);
  });
});

describe("package.json", () => {
  it("takes every text from package.nls.json, and nothing there is left over", () => {
    const used = new Set([...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key as string));
    assert.deepEqual(sorted(used), sorted(Object.keys(nls)));
    for (const { title, category } of commands) {
      assert.match(title, /^%command\.\w+%$/);
      assert.equal(category, "Futures");
    }
  });

  it("hides what needs a context from the command palette", () => {
    const hidden = (menus.commandPalette ?? []).filter(({ when }) => when === "false").map(({ command }) => command);
    const meant = Object.entries(commandIds).filter(([, { palette }]) => !palette);
    assert.deepEqual(sorted(hidden), sorted(meant.map(([id]) => id)));
  });

  it("names only commands of ours in menus, and links only to known ones", () => {
    for (const { command } of [...Object.values(menus).flat(), ...keybindings]) assert.ok(command in commandIds, command);
    const links = [
      ...Object.values(nls)
        .join(" ")
        .matchAll(/command:([\w.]+)/g),
    ].map(([, id]) => id as string);
    assert.ok(links.length > 0);
    for (const id of links) assert.ok(id in commandIds || ["workbench.trust.manage", "vscode.openFolder", `${viewIds.tasks}.focus`].includes(id), id);
  });

  it("lets no setting of an untrusted workspace choose what runs, or how", () => {
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.equal(supported, "limited");
    const looks = ["inlineText.enabled", "inlineText.maxLength", "inlineText.states", "codeLens.enabled"];
    const execution = Object.keys(settingKeys).filter((key) => !looks.includes(key));
    assert.deepEqual(sorted(restrictedConfigurations), sorted(execution.map((key) => `${section}.${key}`)));
  });

  it("leaves the choice of a program, and of who gets the code, to the machine", () => {
    for (const setting of ["futures.runtime", "futures.executors"]) assert.equal(properties[setting]?.scope, "machine-overridable");
  });

  it("names icons that are there", () => {
    const icons = [
      manifest.icon,
      ...viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(views).flatMap((all) => all.map(({ icon }) => icon)),
    ];
    for (const icon of icons) assert.ok(existsSync(icon), icon);
    const png = readFileSync(manifest.icon);
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [128, 128]);
  });
});

describe("src/extension", () => {
  const folder = path.join("src", "extension");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file, text: readFileSync(path.join(folder, file), "utf8") }));

  it("runs no user code: no eval, vm, or import of what is not its own", () => {
    assert.ok(sources.length > 40);
    for (const { file, text } of sources) {
      assert.doesNotMatch(text, /\beval\(|new Function\(|from "(node:)?vm"|\bimport\(|\brequire\(|worker_threads/, file);
      assert.doesNotMatch(text, /from "(node:)?(net|http|https|inspector)"/, file);
    }
  });

  it("shows no text that cannot be translated", () => {
    const shown =
      /(?:showErrorMessage|showWarningMessage|showInformationMessage|new UserError|setStatusBarMessage|essages\.(?:hint|warn|error))\(\s*(?:["']|`(?!\$\{))/;
    for (const { file, text } of sources) assert.doesNotMatch(text, shown, file);
  });
});
