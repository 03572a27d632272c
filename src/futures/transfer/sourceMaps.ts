/** Source maps of compiled files, as compilers leave them: inline, or in a file beside. */
import { readFileSync, statSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Bytes of a compiled file, or of its map, above which it is not read: it would hold the worker up, and its memory. */
const sizeLimit = 64 * 2 ** 20;
/** Files whose maps are kept. */
const keptLimit = 50;

interface Kept {
  /** Tells whether the file is still the one that was read. */
  readonly version: string;
  readonly map: SourceMap | undefined;
}

/** By path, also files without a map. What the disk holds does not depend on who asks, and errors come from anywhere. */
const kept = new Map<string, Kept>();

/** The source map of a compiled file, with absolute sources; `undefined` if it has none that can be read. Never throws. */
export function sourceMapOf(file: string): SourceMap | undefined {
  try {
    const { size, mtimeMs } = statSync(file);
    const version = `${size} ${mtimeMs}`;
    const known = kept.get(file);
    if (known?.version === version) return known.map;
    const map = size > sizeLimit ? undefined : guardedMap(file);
    kept.delete(file);
    kept.set(file, { version, map });
    const oldest = kept.size > keptLimit ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return map;
  } catch {
    return undefined;
  }
}

function guardedMap(file: string): SourceMap | undefined {
  try {
    return readMap(file);
  } catch {
    return undefined;
  }
}

function readMap(file: string): SourceMap | undefined {
  const link = linkIn(readFileSync(file, "utf8"));
  if (link === undefined) return undefined;
  const url = link.startsWith("data:") ? undefined : new URL(link, pathToFileURL(file));
  if (url && (url.protocol !== "file:" || statSync(url).size > sizeLimit)) return undefined;
  const text = url ? readFileSync(url, "utf8") : inline(link);
  // A line of `)]}'` keeps browsers from taking the map for a script.
  return new SourceMap(prepared(JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, "")) as RawMap, url ?? pathToFileURL(file)));
}

/** What the last `//# sourceMappingURL=` of a file says. One within a string literal is followed by its quote, which no address has. */
function linkIn(code: string): string | undefined {
  const mark = "sourceMappingURL=";
  const at = code.lastIndexOf(mark);
  if (at < 0 || !/\/[/*][#@][ \t]$/.test(code.slice(Math.max(0, at - 4), at))) return undefined;
  const rest = code.slice(at + mark.length);
  const end = rest.search(/\s|\*\//);
  const link = end < 0 ? rest : rest.slice(0, end);
  return link === "" || /["'`\\]/.test(link) ? undefined : link;
}

function inline(link: string): string {
  const comma = link.indexOf(",");
  const content = link.slice(comma + 1);
  return /;base64$/i.test(link.slice(0, comma)) ? Buffer.from(content, "base64").toString("utf8") : decodeURIComponent(content);
}

/** An index map has `sections`, each with a map of its own, which Node's class reads too. */
type RawMap = Partial<SourceMapPayload> & { readonly sections?: readonly { readonly offset: unknown; readonly map: RawMap }[] };

/** The part of a map that is needed, with every source as an absolute URL: Node's class minds neither `sourceRoot` nor where the map lies. */
function prepared(map: RawMap, base: URL): SourceMapPayload {
  const { sourceRoot = "", sources = [], names = [], mappings = "", sections } = map;
  if (!/^[A-Za-z\d+/,;]*$/.test(mappings)) throw new SyntaxError("these are no mappings"); // Node's class would make some of them
  const root = sourceRoot === "" || sourceRoot.endsWith("/") ? sourceRoot : `${sourceRoot}/`;
  const absolute = (source: string): string => {
    // `webpack://app/./src/a.ts` and the like are nobody's files: they stay as they are.
    if (/^[a-z][a-z\d+.-]+:/i.test(root + source)) return root + source;
    // A path of Windows has no place in a URL as it is.
    return /^[A-Za-z]:[\\/]/.test(root + source) ? pathToFileURL(root + source).href : new URL(root + source, base).href;
  };
  return {
    version: 3,
    file: "",
    sourceRoot: "",
    sourcesContent: [],
    sources: sources.map((source) => absolute(source ?? "")),
    names,
    mappings,
    ...(sections ? { sections: sections.map(({ offset, map }) => ({ offset, map: prepared(map, base) })) } : {}),
  } as SourceMapPayload;
}

/** A path for `file:` URLs, which is how stacks of source name places; any other URL as it is. */
export function displayed(source: string): string {
  try {
    return source.startsWith("file:") ? fileURLToPath(source) : source;
  } catch {
    return source;
  }
}
