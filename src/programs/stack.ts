import { realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { virtualAddress } from "./bundle/virtual.js";
import { isArgumentLine, isCallFile } from "./callProgram.js";

/** Whose code a frame is in: the user's own files, a package, Node itself, our runner, or the argument text. */
export type FrameOrigin = "user" | "dependency" | "node" | "runner" | "arguments";

/** One line of a stack. Lines and columns are counted from 1. */
export interface StackFrame {
  readonly functionName?: string;
  /** Absolute path of the source file; absent for Node's own frames, for the argument text, and for functions that came as source text. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly origin: FrameOrigin;
  /** The line without the leading `at`. */
  readonly text: string;
}

/** Folders whose code is our own. */
export interface KnownPlaces {
  /** Where programs and calls are. */
  readonly programsDirectory: string;
  /** Where the built library is, with what else was built. */
  readonly libraryDirectory: string;
}

/** Programs and the library on another machine, wherever they lie there. */
const ofClusters = /[\\/]futures-worker-\w{6}[\\/]|[\\/]concurrent-futures[\\/]dist[\\/](?:futures|cluster|cli)[\\/]/;

interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * Reads the stack of an error as V8 writes it, already mapped to source by Node.
 * @param stack the error's `stack`; the lines of its message are passed over.
 * @param message the error's message, if known: one that ends with a stack of its own can be told from the frames only by it.
 */
export function parseStack(stack: string, places: KnownPlaces, message = ""): StackFrame[] {
  const after = message === "" ? -1 : stack.indexOf(message);
  const lines = (after < 0 ? stack : stack.slice(after + message.length)).trimEnd().split(/\r?\n/);
  // Frames are the last lines of a stack; a line of the message that looks like one stands before them.
  let first = lines.length;
  while (first > 0 && /^\s+at /.test(lines[first - 1] ?? "")) first -= 1;
  const folders = { programs: namesOf(places.programsDirectory), library: namesOf(places.libraryDirectory) };
  return lines.slice(first).map((line) => frameOf(line.replace(/^\s+at /, ""), folders));
}

function frameOf(text: string, folders: { programs: readonly string[]; library: readonly string[] }): StackFrame {
  const { name, location } = partsOf(text);
  const functionName = name === undefined ? {} : { functionName: name };
  const place = placeOf(location);
  if (!place) return { ...functionName, origin: originWithoutFile(location), text };
  const { file } = place;
  if (isWithin(file, folders.programs)) {
    // What is left of a mapped program is our own: the call modules, and helpers of the bundle.
    const isArguments = isCallFile(file) && isArgumentLine(place.line);
    return isArguments ? { functionName: "arguments", origin: "arguments", text: "arguments" } : { ...functionName, origin: "runner", text };
  }
  const origin = isWithin(file, folders.library) || ofClusters.test(file) ? "runner" : /[\\/]node_modules[\\/]/.test(file) ? "dependency" : "user";
  const shown = [file, place.line, place.column].filter((part) => part !== undefined).join(":");
  return { ...functionName, ...place, origin, text: name === undefined ? shown : `${name} (${shown})` };
}

/** `async fn (place)`, `new Foo (place)`, `place` */
function partsOf(text: string): { name?: string; location: string } {
  const frame = text.replace(/^async /, "");
  const at = frame.indexOf(" (");
  if (at < 0 || !frame.endsWith(")")) return { location: frame };
  const name = frame.slice(0, at).replace(/^(?:Object|Module|Function)\./, "");
  return { ...(name === "<anonymous>" ? {} : { name }), location: frame.slice(at + 2, -1) };
}

function placeOf(location: string): Place | undefined {
  // Evaluated code has no file; the code that evaluated it has, and is named last.
  const evaluated = location.startsWith("eval at ") ? / \((.*?)\)(?:[,)]|$)/.exec(location.slice(location.lastIndexOf("eval at "))) : undefined;
  const [, source = "", line, column] = /^(.*?):(\d+)(?::(\d+))?$/s.exec(evaluated?.[1] ?? location) ?? [undefined, location];
  const file = source.startsWith("file:") ? pathOf(source) : isAbsolute(source) ? source : undefined;
  if (file === undefined) return undefined;
  return { file, ...(line === undefined ? {} : { line: Number(line) }), ...(column === undefined ? {} : { column: Number(column) }) };
}

function originWithoutFile(location: string): FrameOrigin {
  if (virtualAddress.test(location)) return "runner";
  // The library gives functions that were sent by their source text this place.
  return location.startsWith("source-of-") ? "user" : "node";
}

function pathOf(url: string): string | undefined {
  try {
    const windows = /^file:\/\/\/[A-Za-z]:/.test(url);
    return windows ? path.win32.normalize(decodeURIComponent(url.slice("file:///".length))) : fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function isAbsolute(file: string): boolean {
  return file.startsWith("/") || /^[A-Za-z]:[\\/]/.test(file) || file.startsWith("\\\\");
}

/** A folder as it was given, and without links: a module is named by its real path. */
function namesOf(folder: string): readonly string[] {
  if (folder === "") return [];
  try {
    return [folder, realpathSync(folder)];
  } catch {
    return [folder];
  }
}

function isWithin(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const paths = /^[A-Za-z]:/.test(folder) ? path.win32 : path;
    const relative = paths.relative(folder, file);
    return relative !== "" && !relative.startsWith("..") && !paths.isAbsolute(relative);
  });
}
