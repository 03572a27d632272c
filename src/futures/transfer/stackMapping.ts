/**
 * Stacks in the user's own source: frames that point into a compiled file with a source map are rewritten to the place in the file it was
 * compiled from. It is done where an error is encoded, in its worker: there the compiled files are, and without an error it costs nothing.
 */
import type { SourceMap, SourceMapping } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { displayed, sourceMapOf } from "./sourceMaps.js";

/** Source maps by what frames call the compiled file; `undefined` for one without. */
export type Maps = Map<string, SourceMap | undefined>;

interface Frame {
  /** `    at `, with what stands before the function's name. */
  readonly start: string;
  /** As V8 writes it, with the type it is a method of; empty where the frame has none. */
  readonly name: string;
  /** Path or URL of the file. */
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

interface Origin {
  /** `/path/file.ts:1:2` */
  readonly place: string;
  /** The name that stands in the source exactly where the frame calls. */
  readonly called: string | undefined;
}

/**
 * Rewrites the frames of a stack, and leaves out those at its end that only say how a worker comes to call a task. Never throws.
 * @param stack as V8 writes it; what a `prepareStackTrace` of the user made of it is changed only where it still has that form.
 * @param message of the error: it may hold lines that look like frames, and they stay.
 * @param maps keeps what was found for the next stack of the same error's causes: looking at a file costs more than all else here.
 * @returns with the frames as they were if Node maps stacks itself (`--enable-source-maps`): it has done so then.
 */
export function mapStack(stack: string, message: string, maps: Maps = new Map()): string {
  try {
    const head = headerLength(stack, message);
    const lines = withoutPlumbing(stack.slice(head).split("\n"));
    return stack.slice(0, head) + (mappedByNode() ? lines : mapLines(lines, maps)).join("\n");
  } catch {
    return stack;
  }
}

/** This file, or the one it is bundled into; nothing in the build for bundlers, and a mere name in a worker that came as text. */
const bundleUrl: string = import.meta.url ?? "";
const bundlePath = bundleUrl.startsWith("file:") ? fileURLToPath(bundleUrl) : bundleUrl;
/** What workers load of ours lies in one folder and holds nothing but the library; anything else that it is bundled into may hold the user's code. */
const fileOfWorkers = /(?<=[\\/]worker[\\/])failures\.cjs$|(?<=^concurrent-futures-worker)$/;
const isWorkers = fileOfWorkers.test(bundlePath);
/** With which places of our own begin in frames. */
const ownUrl = bundleUrl.replace(fileOfWorkers, "");
const ownPath = bundlePath.replace(fileOfWorkers, "");

/** Without the last frames that are our own, and Node's between and below them; a stack of nothing else stays. */
function withoutPlumbing(lines: readonly string[]): readonly string[] {
  if (!isWorkers) return lines;
  const isOwn = (line: string): boolean => line.includes(ownUrl) || line.includes(ownPath);
  let first = lines.length;
  for (let i = lines.length - 1; i > 0; i -= 1) {
    const line = lines[i] as string;
    if (!/^\s+at /.test(line)) return lines;
    if (isOwn(line)) first = i;
    else if (!/[ (](?:node:|<anonymous>)/.test(line)) return lines.slice(0, first);
  }
  return lines;
}

function mappedByNode(): boolean {
  const { sourceMapsEnabled } = process as { sourceMapsEnabled?: boolean };
  return sourceMapsEnabled ?? process.execArgv.includes("--enable-source-maps"); // the property came with Node 20.7
}

function mapLines(lines: readonly string[], maps: Maps): string[] {
  const frames = lines.map(frameOf);
  const origins = frames.map((frame) => (frame ? originOf(frame, maps) : undefined));
  return lines.map((line, i) => {
    const frame = frames[i];
    const origin = origins[i];
    if (!frame || !origin) return line;
    const name = nameOf(frame, frames[i + 1], origins[i + 1]);
    return name === "" ? `${frame.start}${origin.place}` : `${frame.start}${name} (${origin.place})`;
  });
}

/** Characters before the frames: the message, if the stack has the one that the error has now. */
function headerLength(stack: string, message: string): number {
  const at = message === "" ? -1 : stack.indexOf(message);
  const firstLine = stack.indexOf("\n");
  return at < 0 || (firstLine >= 0 && at > firstLine) ? 0 : at + message.length;
}

/** `    at fn (place:1:2)`, `    at async fn (place:1:2)`, `    at place:1:2`. Evaluated code has no file, and no match here. */
function frameOf(line: string): Frame | undefined {
  const [, start, rest] = /^(\s+at (?:async )?)(.+?)\r?$/.exec(line) ?? [];
  if (start === undefined || rest === undefined) return undefined;
  const open = rest.endsWith(")") ? rest.indexOf(" (") : -1;
  const [, file, lineNumber, column] = /^(.+):(\d+):(\d+)$/.exec(open < 0 ? rest : rest.slice(open + 2, -1)) ?? [];
  return file === undefined
    ? undefined
    : { start, name: open < 0 ? "" : rest.slice(0, open), file, line: Number(lineNumber), column: Number(column) };
}

function mapOf(file: string, maps: Maps): SourceMap | undefined {
  const known = maps.get(file);
  if (known || maps.has(file)) return known;
  const path = pathOf(file);
  // A frame in TypeScript is where it belongs: Node took the types away in place, or somebody has mapped it.
  const map = path === undefined || /\.[cm]?tsx?$/.test(path) ? undefined : sourceMapOf(path);
  maps.set(file, map);
  return map;
}

function pathOf(address: string): string | undefined {
  try {
    if (address.startsWith("file:")) return fileURLToPath(address);
  } catch {
    return undefined;
  }
  return path.isAbsolute(address) ? address : undefined;
}

function originOf(frame: Frame, maps: Maps): Origin | undefined {
  const map = mapOf(frame.file, maps);
  if (!map) return undefined;
  // Everything in a map is counted from 0.
  const entry = map.findEntry(frame.line - 1, frame.column - 1) as Partial<SourceMapping> & { readonly name?: string };
  // For code that came from nowhere, as a bundle's helpers did, Node gives the last place before it, on whatever line.
  if (typeof entry.originalSource !== "string" || entry.generatedLine !== frame.line - 1) return undefined;
  const { originalLine, originalColumn } = entry;
  if (!Number.isSafeInteger(originalLine) || !Number.isSafeInteger(originalColumn)) return undefined;
  return {
    place: `${displayed(entry.originalSource)}:${(originalLine as number) + 1}:${(originalColumn as number) + 1}`,
    called: entry.generatedColumn === frame.column - 1 ? entry.name : undefined,
  };
}

/** A minifier's name for a function is undone where the map tells the name that its caller calls it by. */
function nameOf(frame: Frame, caller: Frame | undefined, origin: Origin | undefined): string {
  if (origin?.called === undefined || caller === undefined || caller.start.endsWith("async ")) return frame.name;
  return caller.file === frame.file && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(frame.name) ? origin.called : frame.name;
}
