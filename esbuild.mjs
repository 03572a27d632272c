// Builds everything that ships into dist/: the library, the kernel, the command line and the extension, each an entry of its own.
//   node esbuild.mjs             once; inline sources stay out, source maps are written beside the files
//   node esbuild.mjs --watch     again on every change
//   node esbuild.mjs --tests     test/**/*.test.ts into out/test/, for mocha
//   node esbuild.mjs --minify    for the package
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const root = path.dirname(fileURLToPath(import.meta.url));
const flag = (name) => process.argv.includes(`--${name}`);

const libraryEntry = "src/futures/index.ts";
const clusterEntry = "src/cluster/index.ts";
const inLibrary = { absWorkingDir: root, bundle: true, platform: "node", target: "node20", write: false, logLevel: "warning" };

/** What a worker that comes as text has for a place: `import.meta.url` in it, and what its frames in stacks say. */
const workerPlace = "concurrent-futures-worker";

/** Gives the library the text of its worker, for programs that it is bundled into. */
const workerTextIsBuilt = {
  name: "worker-text-is-built",
  setup(build) {
    build.onLoad({ filter: /[\\/]futures[\\/]worker[\\/]workerText\.ts$/ }, async () => {
      const { outputFiles, metafile } = await esbuild.build({
        ...inLibrary,
        entryPoints: ["src/futures/worker/either.ts"],
        format: "iife",
        minifySyntax: true,
        minifyWhitespace: true, // but no names: they are seen in stacks
        metafile: true,
        define: { "import.meta.url": JSON.stringify(workerPlace) },
        // As a script it finds require among the globals, where tasks must not find it; as an ES module it finds none.
        banner: {
          js: `{const require=globalThis.require??process.getBuiltinModule;for(const k of ["require","module","exports","__filename","__dirname"])delete globalThis[k];`,
        },
        footer: { js: `}\n//# sourceURL=${workerPlace}` },
      });
      const contents = `export const workerText = ${JSON.stringify(outputFiles[0].text)};`;
      return { contents, watchFiles: Object.keys(metafile.inputs).map((file) => path.join(root, file)) };
    });
  },
};

/**
 * Writes the ES module that passes on what the CommonJS one exports, by name, and the declarations that do the same.
 * @param {string} entry
 * @param {string} folder of `dist/`.
 * @param {string} types name of the declarations.
 */
const esModuleFace = (entry, folder, types) => ({
  name: "es-module-face",
  setup(build) {
    build.onEnd(async ({ errors }) => {
      if (errors.length > 0) return;
      const { metafile } = await esbuild.build({
        ...inLibrary,
        entryPoints: [entry],
        outfile: "out/unwritten.js",
        format: "esm",
        metafile: true,
        packages: "external",
      });
      const { exports } = Object.values(metafile.outputs)[0];
      const file = (name) => path.join(root, "dist", name);
      writeFileSync(
        file(`${folder}/index.js`),
        `export {\n${exports
          .sort()
          .map((name) => `  ${name},\n`)
          .join("")}} from "./index.cjs";\n`,
      );
      mkdirSync(file("types"), { recursive: true });
      // The declarations that tsc writes are those of the CommonJS module: an ES module may import one, the other way is an error.
      writeFileSync(file("types/package.json"), '{ "type": "commonjs" }\n');
      writeFileSync(file(`types/${types}.d.mts`), `export * from "./${folder}/index.js";\n`);
    });
  },
});

/** Every floor above the library loads the one built copy of it: its worker entries lie beside that file. */
const libraryStaysOutside = (as) => ({
  name: "library-stays-outside",
  setup(build) {
    const library = path.join(root, "src", "futures");
    build.onResolve({ filter: /futures\/index\.js$/ }, (args) => {
      if (path.resolve(args.resolveDir, args.path) !== path.join(library, "index.js") || args.resolveDir.startsWith(library)) return undefined;
      return { path: as, external: true };
    });
  },
});

/** `futures run` alone needs esbuild. */
const runFileStaysOutside = {
  name: "run-file-stays-outside",
  setup(build) {
    build.onResolve({ filter: /^\.\/runFile\.js$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./runFile.js", external: true } : undefined,
    );
  },
};

/** BullMQ and its client are loaded when a connection is wanted. */
const engineStaysOutside = (as) => ({
  name: "engine-stays-outside",
  setup(build) {
    build.onResolve({ filter: /\/bullmqPackage\.js$/ }, ({ kind }) => (kind === "dynamic-import" ? { path: as, external: true } : undefined));
  },
});

/** The kernel loads the built executors of clusters when one is used. */
const clusterStaysOutside = {
  name: "cluster-stays-outside",
  setup(build) {
    build.onResolve({ filter: /\/cluster\/index\.js$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "../cluster/index.js", external: true } : undefined,
    );
  },
};

const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const defined = { futuresVersion: JSON.stringify(version) };

const common = {
  absWorkingDir: root,
  define: defined,
  bundle: true,
  platform: "node",
  target: "node20",
  sourcemap: true,
  sourcesContent: false,
  minifySyntax: flag("minify"),
  minifyWhitespace: flag("minify"),
  logLevel: flag("silent") ? "error" : "warning",
};

// The maps of the library are made but not linked: its frames in a user's stack must stay recognisable as the library's.
const libraryOptions = { ...common, sourcemap: "external", plugins: [workerTextIsBuilt] };
const asCommonJs = {
  format: "cjs",
  // A getter: a worker that needs no URL need not load what makes one.
  banner: { js: "'use strict';\nconst importMeta = { get url() { return require('node:url').pathToFileURL(__filename).href; } };" },
  define: { ...defined, "import.meta.url": "importMeta.url" },
};

/** What `worker/late.ts` loads when it is needed. */
const failuresStayOutside = {
  name: "failures-stay-outside",
  setup(build) {
    build.onResolve({ filter: /^\.\/failures\.js$/ }, ({ kind }) =>
      kind === "require-call" ? { path: "./failures.cjs", external: true } : undefined,
    );
  },
};

const builtinIsRequired = {
  name: "builtin-is-required",
  setup(build) {
    build.onResolve({ filter: /\/builtin\.js$/ }, () => ({ path: path.join(root, "src/futures/transfer/builtinInCommonJs.ts") }));
  },
};

/** The file that a worker starts with is what hands it over. */
const hostStaysOutside = {
  name: "host-stays-outside",
  setup(build) {
    build.onResolve({ filter: /\/code\/host\.js$/ }, () => ({ path: "host", external: true }));
  },
};

// CommonJS, which starts some ms sooner: the loader of ES modules is needed for the user's modules only.
const libraryWorkers = {
  ...libraryOptions,
  ...asCommonJs,
  minifySyntax: true,
  minifyWhitespace: true, // whose names are seen in stacks; every worker has to read it
  plugins: [...libraryOptions.plugins, failuresStayOutside, builtinIsRequired],
  outdir: "dist/futures/worker",
  outExtension: { ".js": ".cjs" },
  entryPoints: {
    thread: "src/futures/worker/code/thread.ts",
    process: "src/futures/worker/code/process.ts",
    broker: "src/futures/worker/broker.ts",
    failures: "src/futures/worker/failures.ts",
  },
};
/** What these run: each the text of a function, that of a CommonJS module, which can be compiled by what was compiled before. */
const libraryWorkerBodies = {
  ...libraryWorkers,
  plugins: [...libraryWorkers.plugins, hostStaysOutside],
  banner: { js: `(function (require, __filename) { ${asCommonJs.banner.js}` },
  footer: { js: "})" },
  entryPoints: { "thread.body": "src/futures/worker/thread.ts", "process.body": "src/futures/worker/process.ts" },
};
const loaderHooks = {
  ...libraryOptions,
  format: "esm",
  outfile: "dist/futures/worker/typescript.js",
  entryPoints: ["src/futures/worker/typescript/hooks.ts"],
};
// The one implementation, for import and for require: a future of either is one for the other.
const library = {
  ...libraryOptions,
  ...asCommonJs,
  outfile: "dist/futures/index.cjs",
  entryPoints: [libraryEntry],
  plugins: [...libraryOptions.plugins, esModuleFace(libraryEntry, "futures", "index")],
};
// What bundlers take: an ES module, since they cannot put a CommonJS module that requires Node's into an ES module, and without a place of its own.
const libraryForBundlers = {
  ...libraryOptions,
  format: "esm",
  outfile: "dist/futures/bundler.js",
  entryPoints: [libraryEntry],
  define: { "import.meta.url": "undefined" },
};
/** What `analysis/parser.ts` loads when it is needed. */
const parserStaysOutside = {
  name: "parser-stays-outside",
  setup(build) {
    build.onResolve({ filter: /^@babel\/parser$/ }, ({ kind }) =>
      kind === "require-call" ? { path: "../analysis/parser.cjs", external: true } : undefined,
    );
  },
};
const parser = { ...common, format: "cjs", sourcemap: false, outfile: "dist/analysis/parser.cjs", entryPoints: ["@babel/parser"] };

const programsOfOurs = {
  ...common,
  format: "esm",
  outdir: "dist",
  entryPoints: {
    "kernel/main": "src/kernel/main.ts",
    "kernel/readInputs": "src/kernel/map/readInputs.ts",
    "kernel/session": "src/kernel/session/main.ts",
    "kernel/interruptListener": "src/kernel/session/interruptListener.ts",
    "kernel/capturedScope": "src/kernel/session/capturedScope.ts",
    "cli/main": "src/cli/main.ts",
    "cli/runFile": "src/cli/runFile.ts",
  },
  external: ["esbuild"],
  logOverride: { "unsupported-dynamic-import": "silent" }, // what it is given is passed on
  plugins: [
    libraryStaysOutside("../futures/index.js"),
    parserStaysOutside,
    runFileStaysOutside,
    engineStaysOutside("../cluster/bullmqPackage.cjs"),
    clusterStaysOutside,
  ],
  banner: { js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);" },
};
/** Nobody reads it, and every worker loads it. */
const enginePackages = {
  ...common,
  format: "cjs",
  minify: true,
  sourcemap: false,
  outfile: "dist/cluster/bullmqPackage.cjs",
  entryPoints: ["src/cluster/engine/bullmqPackage.ts"],
};
/** Finds the engine's packages in a file beside it, when it is used. */
const cluster = {
  ...common,
  ...asCommonJs,
  outdir: "dist/cluster",
  outExtension: { ".js": ".cjs" },
  entryPoints: { index: clusterEntry },
  external: ["esbuild"],
  plugins: [libraryStaysOutside("../futures/index.cjs"), engineStaysOutside("./bullmqPackage.cjs"), esModuleFace(clusterEntry, "cluster", "cluster")],
};
/** What the modules of calls import, in workers; the kernel copies it to where they are. */
const callSupport = {
  ...common,
  format: "esm",
  sourcemap: false,
  outfile: "dist/kernel/callSupport.js",
  entryPoints: ["src/programs/callSupport.ts"],
};
/** TypeScript's server looks for it in a node_modules of the extension, and nowhere else. */
const typescriptPlugin = {
  ...common,
  format: "cjs",
  sourcemap: false,
  outfile: "node_modules/concurrent-futures-typescript-plugin/index.js",
  entryPoints: ["src/typescriptPlugin/main.ts"],
  footer: { js: "module.exports = module.exports.init;" },
};
function writePluginManifest() {
  const manifest = { name: "concurrent-futures-typescript-plugin", version: "0.0.0", private: true, main: "index.js" };
  writeFileSync(path.join(root, "node_modules", manifest.name, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
const extension = {
  ...common,
  format: "cjs",
  outfile: "dist/extension/main.cjs",
  entryPoints: ["src/extension/main.ts"],
  external: ["vscode"],
  plugins: [parserStaysOutside],
};

const renderers = {
  ...common,
  platform: "browser",
  target: "chrome128",
  minifyIdentifiers: flag("minify"),
  format: "esm",
  outdir: "dist/renderer",
  entryPoints: [
    { in: "src/renderer/table/main.ts", out: "table" },
    { in: "src/renderer/table/table.css", out: "table" },
    { in: "src/renderer/value/main.ts", out: "value" },
    { in: "src/renderer/vega/main.ts", out: "vega" },
  ],
};

/** The kernel imports esbuild at run time; its copy under dist/ is what the packaged extension finds. */
function copyEsbuild() {
  const require = createRequire(import.meta.url);
  const from = path.dirname(require.resolve("esbuild/package.json"));
  const to = path.join(root, "dist", "node_modules");
  if (existsSync(path.join(to, "esbuild", "package.json"))) return;
  mkdirSync(to, { recursive: true });
  for (const file of ["package.json", "lib/main.js", "LICENSE.md"]) cpSync(path.join(from, file), path.join(to, "esbuild", file));
  const platforms = path.join(path.dirname(from), "@esbuild");
  for (const platform of readdirSync(platforms)) cpSync(path.join(platforms, platform), path.join(to, "@esbuild", platform), { recursive: true });
}

/** The licences of all packages of which something is in what was built. @param inputs files. */
function writeNotices(inputs) {
  const folders = inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
  const notices = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(path.join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(path.join(root, folder, file), "utf8").trim() : `Its package names the licence only: ${license}.`;
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync(path.join(root, "dist", "third-party-notices.txt"), notices.join(`\n${"=".repeat(80)}\n\n`));
}

/** Test helpers written as plain .mjs keep their place: they find the host, the fixtures and the repository from where they lie. */
const helpersStayInPlace = {
  name: "helpers-stay-in-place",
  setup(build) {
    build.onResolve({ filter: /^\..*\.mjs$/ }, (args) => ({ path: pathToFileURL(path.resolve(args.resolveDir, args.path)).href, external: true }));
  },
};

/** One file a test file; what a test imports of src/ is bundled into it, but for the library, which is the built package. */
function testBuilds() {
  rmSync(path.join(root, "out", "test"), { recursive: true, force: true });
  const inFolders = (...folders) =>
    folders
      .flatMap((folder) => readdirSync(path.join(root, "test", folder), { recursive: true }).map((file) => path.join("test", folder, file)))
      .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"));
  const tests = {
    ...common,
    minifySyntax: false,
    minifyWhitespace: false,
    outdir: "out/test",
    outbase: "test",
    packages: "external",
    external: ["concurrent-futures"],
    plugins: [libraryStaysOutside("concurrent-futures")],
  };
  return [
    {
      ...tests,
      format: "esm",
      banner: programsOfOurs.banner,
      outExtension: { ".js": ".mjs" },
      plugins: [...tests.plugins, helpersStayInPlace],
      entryPoints: inFolders("unit", "kernel", "cluster", "conformance", "faults", "e2e"),
    },
    // In the extension host "vscode" exists for require() only.
    { ...tests, format: "cjs", outExtension: { ".js": ".cjs" }, entryPoints: inFolders("host/suite") },
  ];
}

const builds = flag("tests")
  ? testBuilds()
  : [
      library,
      libraryForBundlers,
      libraryWorkers,
      libraryWorkerBodies,
      loaderHooks,
      programsOfOurs,
      cluster,
      enginePackages,
      parser,
      callSupport,
      typescriptPlugin,
      extension,
      renderers,
    ];
if (flag("watch")) {
  for (const options of builds) await (await esbuild.context({ ...options, logLevel: "info" })).watch();
} else {
  const built = await Promise.all(builds.map((options) => esbuild.build({ ...options, metafile: true })));
  if (!flag("tests")) writeNotices(built.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
}
if (!flag("tests")) {
  copyEsbuild();
  writePluginManifest();
}
