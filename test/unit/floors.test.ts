import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The table of src/README.md: what each floor may import. A floor not named here may not exist. */
const floors: Record<string, readonly string[]> = {
  extension: ["protocol", "analysis"],
  renderer: ["protocol"],
  typescriptPlugin: ["analysis"],
  cli: ["kernel", "cluster", "protocol", "programs", "analysis", "futures"],
  kernel: ["protocol", "programs", "analysis", "futures", "cluster"],
  cluster: ["futures", "programs"],
  programs: ["analysis"],
  analysis: [],
  protocol: [],
  futures: [],
};
/** Floors that run where Node's built-ins are not to be had, or are not to be used. */
const withoutNode = new Set(["analysis", "protocol", "renderer"]);
/** Packages a floor may import, beside Node's own. */
const packages: Record<string, readonly string[]> = {
  extension: ["vscode"],
  renderer: ["vega", "vega-interpreter", "vega-lite"],
  typescriptPlugin: ["@babel/types"],
  analysis: ["@babel/parser", "@babel/types"],
  cluster: ["bullmq", "ioredis"],
  programs: ["esbuild", "magic-string", "@jridgewell/remapping", "@jridgewell/sourcemap-codec", "@babel/types"],
  kernel: ["ws", "@jridgewell/sourcemap-codec"],
};

const source = path.resolve("src");
const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|\brequire\(\s*["']([^"']+)["']\s*\)/gm,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3] ?? match[4]) as string);

interface Import {
  readonly from: string;
  readonly file: string;
  readonly to: string;
}
const imports: Import[] = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"))
  .flatMap((file) => importsOf(readFileSync(path.join(source, file), "utf8")).map((to) => ({ from: file.split(path.sep)[0] as string, file, to })));
const floorOf = ({ file, to }: Import): string | undefined =>
  to.startsWith(".") ? (path.relative(source, path.resolve(source, path.dirname(file), to)).split(path.sep)[0] as string) : undefined;

describe("the table of floors", () => {
  it("is kept by every import under src/", () => {
    assert.ok(imports.length > 100, "the imports were not found");
    const broken = imports.filter((entry) => {
      const floor = floorOf(entry);
      return floor !== undefined && floor !== entry.from && !floors[entry.from]?.includes(floor);
    });
    assert.deepEqual(broken, []);
  });

  it("names every folder of src/", () => {
    const folders = readdirSync(source, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    assert.deepEqual(
      folders.filter((folder) => !(folder in floors)),
      [],
    );
  });

  it("lets each floor use only its own packages, and Node's built-ins by their node: names", () => {
    const foreign = imports.filter(({ from, to }) => {
      if (to.startsWith(".")) return false;
      if (to.startsWith("node:")) return withoutNode.has(from);
      return !packages[from]?.includes(to);
    });
    assert.deepEqual(foreign, []);
  });
});
