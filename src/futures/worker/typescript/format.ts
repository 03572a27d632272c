import { readFileSync } from "node:fs";
import path from "node:path";
import type { TsConfig } from "./tsconfig.js";

export type Format = "module" | "commonjs";

const types = new Map<string, unknown>();

/**
 * Whether a TypeScript file is an ES module. The extension decides as in Node, then the nearest package.json. Where that says nothing, `module`
 * of a tsconfig that means CommonJS, and last the syntax, as Node 22 does it.
 */
export function formatOf(file: string, text: string, config: TsConfig): Format {
  if (file.endsWith(".mts")) return "module";
  if (file.endsWith(".cts")) return "commonjs";
  const type = packageTypeOf(path.dirname(file));
  if (type === "module" || type === "commonjs") return type;
  if (/^(commonjs|node\d+|nodenext|amd|umd|system)$/i.test(String(config.options["module"] ?? ""))) return "commonjs";
  return hasModuleSyntax(text) ? "module" : "commonjs";
}

function packageTypeOf(folder: string): unknown {
  if (types.has(folder)) return types.get(folder);
  const above = path.dirname(folder);
  let type: unknown;
  try {
    type = (JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { type?: unknown }).type;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
    type = above === folder ? undefined : packageTypeOf(above);
  }
  types.set(folder, type);
  return type;
}

/** `export = x`, and `import x =` of what is required, are CommonJS in TypeScript's words. */
function hasModuleSyntax(text: string): boolean {
  if (/^\s*export\s*=|^\s*(?:export\s+)?import\s+\w+\s*=\s*require\b/m.test(text)) return false;
  return /(?:^|[;}])\s*(?:import|export)\b(?!\s*[(:=])|\bimport\.meta\b/m.test(text);
}
