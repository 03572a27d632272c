// Makes the extension's VSIX, for this platform or for another one: the builder within it, esbuild, is a program of the platform.
//   npm run package                              concurrent-futures-<target>.vsix for this platform
//   npm run package -- --target darwin-arm64     for another one; several with --target a --target b, all of them with --all
//   npm run package -- --out file.vsix           under another name (one target only)
// Leaves dist/ as it ships, that is minified; "npm run build" makes it for work again.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
/** By the editor's name of the platform, esbuild's. Its program is linked statically, so that Alpine's is the same. */
const platforms = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "linux-armhf": "linux-arm",
  "alpine-x64": "linux-x64",
  "alpine-arm64": "linux-arm64",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "win32-x64",
  "win32-arm64": "win32-arm64",
};
const own = `${process.platform}-${process.arch === "arm" ? "armhf" : process.arch}`;
const programs = path.join(root, "dist", "node_modules", "@esbuild");

function run(command, args, cwd = root) {
  const { status } = spawnSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
}

/** Puts the builder of a platform where the packaged kernel finds it; fetches that of another platform from the registry. */
function takeBuilder(platform) {
  const present = existsSync(programs) ? readdirSync(programs) : [];
  if (present.length === 1 && present[0] === platform) return;
  rmSync(programs, { recursive: true, force: true });
  const installed = path.join(root, "node_modules", "@esbuild", platform);
  if (existsSync(installed)) return cpSync(installed, path.join(programs, platform), { recursive: true });
  const { version } = JSON.parse(readFileSync(path.join(root, "node_modules", "esbuild", "package.json"), "utf8"));
  const fetched = path.join(root, "out", "builders", `${platform}-${version}`);
  if (!existsSync(fetched)) {
    const empty = `${fetched}.part`;
    rmSync(empty, { recursive: true, force: true });
    mkdirSync(empty, { recursive: true });
    run("npm", ["pack", "--silent", `@esbuild/${platform}@${version}`], empty);
    run("tar", ["-xzf", readdirSync(empty)[0]], empty);
    renameSync(path.join(empty, "package"), fetched);
    rmSync(empty, { recursive: true });
  }
  cpSync(fetched, path.join(programs, platform), { recursive: true });
}

/** vsce packs of node_modules what package.json names as dependencies: for that long the plugin of TypeScript's server, which esbuild.mjs builds, is one. */
function withPlugin(act) {
  const manifest = path.join(root, "package.json");
  const kept = readFileSync(manifest, "utf8");
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(kept), dependencies: { "concurrent-futures-typescript-plugin": "0.0.0" } }, undefined, 2));
  try {
    act();
  } finally {
    writeFileSync(manifest, kept);
  }
}

function main() {
  const { values } = parseArgs({
    options: { target: { type: "string", multiple: true }, all: { type: "boolean", default: false }, out: { type: "string" } },
  });
  const targets = values.all ? Object.keys(platforms) : (values.target ?? [own]);
  const unknown = targets.filter((target) => !(target in platforms));
  if (unknown.length > 0) throw new Error(`no such target: ${unknown.join(", ")}; there are ${Object.keys(platforms).join(", ")}`);
  if (values.out && targets.length > 1) throw new Error("--out names one file, and there are several targets");
  rmSync(path.join(root, "dist"), { recursive: true, force: true }); // nothing old is packed
  run(process.execPath, ["esbuild.mjs", "--minify"]);
  run("npx", ["tsc", "-p", "src/futures/tsconfig.json"]);
  try {
    for (const target of targets) {
      takeBuilder(platforms[target]);
      const out = values.out ?? `concurrent-futures-${target}.vsix`;
      const options = ["--allow-missing-repository", "--no-rewrite-relative-links", "--target", target, "--out", out];
      withPlugin(() => run("npx", ["vsce", "package", ...options]));
    }
  } finally {
    takeBuilder(platforms[own]);
  }
}

main();
