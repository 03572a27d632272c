// This repository is two products: the extension, packed by vsce with .vscodeignore, and the library, packed by `npm pack` with .npmignore.
// npm packs package.json as it lies there, and with it whatever `main` and `bin` name: the extension. So while it packs, another one lies there.
//   node .ci/packing.mjs library      as "prepack": builds the library and puts its own package.json in place
//   node .ci/packing.mjs repository   as "postpack": puts the repository's package.json back; also by hand, when packing was interrupted
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const manifest = path.join(root, "package.json");
const kept = path.join(root, "out", "package.json");

/** What a user of the library has to know; and `private`, which decides for both products that nothing is published. */
function libraryManifest({ name, version, private: notPublished, license, type, engines, exports, keywords }) {
  const { require: required } = exports["."];
  return {
    name,
    version,
    private: notPublished,
    description: "Python's concurrent.futures for Node: thread and process pools, clusters, futures, wait, asCompleted. Typed, no dependency.",
    keywords,
    license,
    type,
    engines: { node: engines.node },
    main: required, // with `types`, for tools that do not know `exports`
    types: exports["."].types.require,
    exports,
    bin: { futures: "./dist/cli/main.js" },
    sideEffects: false,
  };
}

/** Declarations that the public ones do not lead to are of no use to anybody. */
function removeInnerTypes() {
  const folder = path.join(root, "dist", "types");
  const needed = new Set(["futures", "cluster"].map((name) => path.join(folder, name, "index.d.ts")));
  for (const file of needed) {
    const imports = readFileSync(file, "utf8").matchAll(/(?:\bfrom |\bimport\()"(\..*?)\.js"/g);
    const files = [...imports].map(([, name]) => path.join(path.dirname(file), `${name}.d.ts`));
    for (const found of files.filter(existsSync)) needed.add(found); // an example in a docstring imports what is not there
  }
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = path.join(folder, name);
    if (file.endsWith(".d.ts") && !needed.has(file)) rmSync(file);
  }
}

function takeLibrary() {
  putBack(); // after an interrupted run
  for (const folder of ["futures", "cluster", "types"]) rmSync(path.join(root, "dist", folder), { recursive: true, force: true }); // nothing old is packed
  const { status } = spawnSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (status !== 0) throw new Error("the build failed");
  removeInnerTypes();
  const text = readFileSync(manifest, "utf8");
  mkdirSync(path.dirname(kept), { recursive: true });
  writeFileSync(kept, text);
  writeFileSync(manifest, `${JSON.stringify(libraryManifest(JSON.parse(text)), undefined, 2)}\n`);
}

function putBack() {
  if (existsSync(kept)) renameSync(kept, manifest);
}

const actions = { library: takeLibrary, repository: putBack };
const action = actions[process.argv[2]];
if (!action) throw new Error(`node .ci/packing.mjs ${Object.keys(actions).join("|")}`);
action();
