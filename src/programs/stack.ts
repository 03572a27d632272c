import path from "node:path";
import { fileURLToPath } from "node:url";
import { argumentsName, isCallFile } from "./callProgram.js";

/** Whose code a frame is in: the user's own files, a package, Node itself, our runner, or the argument text. */
export type FrameOrigin = "user" | "dependency" | "node" | "runner" | "arguments";

/** One line of a stack. Lines and columns are counted from 1. */
export interface StackFrame {
  readonly functionName?: string;
  /** Absolute path of the source file; absent for Node's own frames and for the argument text. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly origin: FrameOrigin;
  /** The line without the leading `at`. */
  readonly text: string;
}

export interface KnownPlaces {
  /** Where programs and calls are. */
  readonly programsDirectory: string;
  /** Where the built library is. */
  readonly libraryDirectory: string;
}

/**
 * Reads the stack of an error as V8 writes it, already mapped to source by Node.
 * @param stack the error's `stack`; the lines of its message are passed over.
 */
export function parseStack(stack: string, places: KnownPlaces): StackFrame[] {
  const lines = stack.split("\n");
  // Frames are the last lines of a stack; a line of the message that looks like one stands before them.
  let first = lines.length;
  while (first > 0 && /^\s+at /.test(lines[first - 1] ?? "")) first -= 1;
  return lines.slice(first).flatMap((line) => frameOf(line.replace(/^\s+at /, ""), places) ?? []);
}

function frameOf(text: string, places: KnownPlaces): StackFrame | undefined {
  const inner = /^(?:async )?(?:(.*?) )?\(((?:[^()]|\([^()]*\))*)\)$/.exec(text);
  const functionName = nameOf(inner?.[1]);
  const place = placeOf(inner?.[2] ?? text.replace(/^async /, ""));
  if (place.file === undefined) return { ...functionName, origin: place.node ? "node" : "runner", text };
  const { file, line, column } = place;
  const at = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
  if (isWithin(file, places.programsDirectory)) {
    // What is left of a mapped program is our own: the call modules, and helpers of the bundle.
    const isArguments = isCallFile(file) && inner?.[1]?.includes(argumentsName);
    return isArguments ? { functionName: "arguments", origin: "arguments", text: "arguments" } : { ...functionName, origin: "runner", text };
  }
  const origin = isWithin(file, places.libraryDirectory) ? "runner" : /[\\/]node_modules[\\/]/.test(file) ? "dependency" : "user";
  const shown = `${functionName.functionName === undefined ? "" : `${functionName.functionName} `}(${[file, line, column].filter((part) => part !== undefined).join(":")})`;
  return { ...functionName, file, ...at, origin, text: functionName.functionName === undefined ? shown.slice(1, -1) : shown };
}

function nameOf(name: string | undefined): { functionName?: string } {
  const own = name?.replace(/^async /, "").replace(/^(Object|Module)\./, "");
  return own === undefined || own === "" || own === "<anonymous>" ? {} : { functionName: own };
}

function placeOf(text: string): { file?: string; line?: number; column?: number; node?: boolean } {
  const evaluated = /^eval at .*?(?:, (.*))?$/.exec(text);
  const [, file = text, line, column] = /^(.*?):(\d+)(?::(\d+))?$/.exec(evaluated ? (evaluated[1] ?? "") : text) ?? [];
  if (file.startsWith("node:") || file === "native" || file === "<anonymous>" || file.startsWith("internal/")) return { node: true };
  const absolute = file.startsWith("file:") ? pathOf(file) : path.isAbsolute(file) ? file : undefined;
  if (absolute === undefined) return {};
  return { file: absolute, ...(line === undefined ? {} : { line: Number(line) }), ...(column === undefined ? {} : { column: Number(column) }) };
}

function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function isWithin(file: string, folder: string): boolean {
  return folder !== "" && !path.relative(folder, file).startsWith("..") && !path.isAbsolute(path.relative(folder, file));
}
