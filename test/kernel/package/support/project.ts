import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const repository = process.cwd();
/** What the package is made from; node_modules is linked. */
const sources = [
  ...["package.json", ".npmignore", ".vscodeignore", ".ci", "esbuild.mjs", "tsconfig.json", "README.md", "CHANGELOG.md", "LICENSE"],
  ...["src", "media"],
];

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** A folder for a packed library and projects that use it; spaces and letters beyond ASCII are in its name. */
export class Workplace {
  readonly root = mkdtempSync(path.join(os.tmpdir(), "npm päckchen #1 %20 für 東京 "));
  readonly copy = path.join(this.root, "repository");

  /** Runs `npm pack` in a copy of the repository: while it packs, another package.json lies there, which other tests must not meet. */
  async pack(): Promise<Packed> {
    for (const name of sources) cpSync(path.join(repository, name), path.join(this.copy, name), { recursive: true });
    symlinkSync(path.join(repository, "node_modules"), path.join(this.copy, "node_modules"), "junction");
    const { code, stdout, stderr } = await npm(this.copy, "pack", "--json", "--silent", "--pack-destination", this.root);
    if (code !== 0) throw new Error(`npm pack failed: ${stderr}`);
    return (JSON.parse(stdout) as [Packed])[0];
  }

  /** An empty project with a fixture's files, in which the packed library is installed; no network is needed for it. */
  async project(fixture: string, packed: Packed): Promise<Project> {
    const folder = path.join(this.root, fixture);
    cpSync(path.join(repository, "test", "fixtures", "package", fixture), folder, { recursive: true });
    const installed = await npm(folder, "install", "--offline", "--no-audit", "--no-fund", "--silent", `../${packed.filename}`);
    if (installed.code !== 0) throw new Error(`npm install failed: ${installed.stderr}`);
    return new Project(folder);
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export class Project {
  constructor(readonly folder: string) {}

  /** Runs Node in the project. */
  node(...args: string[]): Promise<Run> {
    return execute(process.execPath, args, this.folder);
  }

  /** Runs a program that prints JSON and nothing else; it must end well. */
  async answer(...args: string[]): Promise<unknown> {
    const { code, stdout, stderr } = await this.node(...args);
    if (code !== 0 || stderr !== "") throw new Error(`node ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    return JSON.parse(stdout);
  }

  /** Links a package of the repository into the project, as if it were installed there. */
  link(name: string): void {
    const target = path.join(this.folder, "node_modules", name);
    mkdirSync(path.dirname(target), { recursive: true });
    symlinkSync(path.join(repository, "node_modules", name), target, "junction");
  }

  manifest(): Record<string, unknown> {
    return JSON.parse(readFileSync(path.join(this.folder, "node_modules", "concurrent-futures", "package.json"), "utf8"));
  }
}

function npm(folder: string, ...args: string[]): Promise<Run> {
  const windows = process.platform === "win32";
  return execute(windows ? "npm.cmd" : "npm", args, folder, windows);
}

function execute(file: string, args: readonly string[], cwd: string, shell = false): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { cwd, shell, timeout: 120_000, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
