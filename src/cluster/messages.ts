/**
 * What goes over the queue, all on one page: contents of frames, written by structured clone, or as JSON with the bytes behind it. Times are ms since the
 * epoch.
 */
import { deserializeValue, type FunctionReference, serializeValue } from "../futures/index.js";

/** A function as a worker finds it that has none of the submitter's files: by the program of its module. */
export type RemoteFunction =
  | { readonly kind: "program"; readonly hash: string; readonly path: readonly string[]; readonly name: string }
  | Exclude<FunctionReference, { readonly kind: "module" }>
  /** Of a module that every Node.js has, or that is in its own URL. */
  | { readonly kind: "module"; readonly url: string; readonly path: readonly string[]; readonly name: string };

/** Bytes, or where they are if they are many. */
export type Bytes = { readonly bytes: Uint8Array } | { readonly blob: string };

/** A task on its way to a worker; its id is that of its job, and is signed with it. */
export interface TaskContent {
  readonly submitter: string;
  readonly fn: RemoteFunction;
  /** Of an array of arguments; of a chunk, of those of all its calls. */
  readonly args: Bytes;
  /** 0: one call. Otherwise a chunk of calls with so many arguments each. */
  readonly arity: number;
  /** ms that the function may run. */
  readonly timeout?: number;
  /** A worker that takes it later lets it fail. */
  readonly notAfter: number;
  /** How often it may be started again after a worker was lost with it. */
  readonly retries: number;
  /** What becomes of it when its submitter is gone before it starts. */
  readonly orphan: "drop" | "keep";
}

/** What a task came to. */
export type ResultContent =
  | { readonly kind: "value"; readonly value: Bytes }
  | { readonly kind: "error"; readonly error: Bytes }
  | { readonly kind: "chunk"; readonly values: Bytes; readonly errors: readonly (readonly [place: number, error: Uint8Array])[] };

/** From a worker to a submitter, about a task that has not come to its end. */
export type MessageContent =
  /** The worker has taken it, and it has no code for this worker: the submitter has to say that it is its own. */
  | { readonly type: "unsealed"; readonly id: string }
  | { readonly type: "started"; readonly id: string; readonly worker: string }
  | { readonly type: "progress"; readonly id: string; readonly value: Uint8Array }
  | { readonly type: "output"; readonly id: string; readonly worker: string; readonly stream: "stdout" | "stderr"; readonly text: string };

/** From a submitter to all workers. */
export type ControlContent =
  /** `reason`: what the task's signal is aborted with. */
  | { readonly type: "stop"; readonly id: string; readonly reason: Uint8Array }
  /** The task with that digest is this submitter's. */
  | { readonly type: "vouch"; readonly id: string; readonly digest: Uint8Array };

/** What a worker tells of itself. */
export interface ReportContent {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly kind: "threads" | "processes";
  readonly slots: number;
  readonly running: number;
  /** Tasks that it has brought to an end. */
  readonly done: number;
  /** Load of the machine, of the last minute. */
  readonly load: number;
  readonly nodeVersion: string;
  readonly version: string;
  readonly startedAt: number;
  readonly state: "working" | "draining";
  /** Its key for secrets of two, 32 bytes; absent without keys. */
  readonly pairKey?: Uint8Array;
}

/** A program on the server. */
export interface ProgramContent {
  readonly code: string;
  /** Source map. */
  readonly map: string;
}

type Content = TaskContent | ResultContent | MessageContent | ControlContent | ReportContent | ProgramContent;

/** First byte of a content with its bytes behind it; of one by structured clone it is 0xff. */
const bytesBehind = 0;
/** Bytes before the JSON text: the first one, and the length of the text. */
const textAt = 5;

export function write(content: Content): Buffer {
  const place = placeOfBytes(content);
  if (!place) return serializeValue(content, "the message");
  const parts = content as { readonly [place: string]: unknown };
  const text = JSON.stringify({ ...parts, [place]: null });
  const bytes = (parts[place] as { readonly bytes: Uint8Array }).bytes;
  const length = Buffer.byteLength(text);
  const written = Buffer.allocUnsafe(textAt + length + bytes.length);
  written[0] = bytesBehind;
  written.writeUInt32BE(length, 1);
  written.write(text, textAt);
  written.set(bytes, textAt + length);
  return written;
}

/** Of a frame that was opened: its signer is trusted to have written what the type says. */
export function read<T>(content: Uint8Array): T {
  if (content[0] !== bytesBehind) return deserializeValue(content) as T;
  const written = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const end = textAt + written.readUInt32BE(1);
  const parts = JSON.parse(written.toString("utf8", textAt, end)) as { [place: string]: unknown };
  const place = "fn" in parts ? "args" : parts["kind"] === "error" ? "error" : "value";
  parts[place] = { bytes: written.subarray(end) };
  return parts as T;
}

/** Tasks and results are most of what is written, and to read them by structured clone takes several times as long. */
function placeOfBytes(content: Content): "args" | "value" | "error" | undefined {
  if ("fn" in content) return "bytes" in content.args ? "args" : undefined;
  if (!("kind" in content)) return undefined;
  if (content.kind === "value") return "bytes" in content.value ? "value" : undefined;
  if (content.kind === "error") return "bytes" in content.error ? "error" : undefined;
  return undefined;
}
