/** The messages that go with every task, and those before the first, as frames of words where their content is small and plain: a third of the time of a packet. */
import type { MessageFromWorker, MessageToWorker } from "../pool/messages.js";
import { refused, type WordMemory, type WordReader, writeValue } from "../transfer/words.js";
import { chunkFrame, loadedFrame, readyFrame, resultFrame, runChunkFrame, runFrame } from "./frames.js";

/** Where frames are collected. */
interface FrameSink {
  add(kind: number, number: number, body?: (memory: WordMemory, at: number, end: number) => number): boolean;
}

/** @returns false if the message must go as a packet. */
export function addPlain(message: MessageToWorker | MessageFromWorker, sink: FrameSink): boolean {
  switch (message.type) {
    case "ready":
      return sink.add(readyFrame, 0);
    case "loaded":
      return sink.add(loadedFrame, message.reference);
    case "run":
      return sink.add(runFrame, message.task, (memory, at, end) => writeCall(message, 0, memory, at, end));
    case "runChunk":
      return sink.add(runChunkFrame, message.task, (memory, at, end) => writeCall(message, message.arity, memory, at, end));
    case "result":
      if (message.call !== undefined) return false;
      return sink.add(resultFrame, message.task, (memory, at, end) => writeValue(memory, at, end, message.value));
    case "chunk":
      if (message.call !== undefined || message.errors) return false;
      return sink.add(chunkFrame, message.task, (memory, at, end) => writeValues(message.values, memory, at, end));
    default:
      return false;
  }
}

/** Reads a frame of one of the kinds above; nothing if it is of another. @param number of the task, or of the function. */
export function readPlain(kind: number, number: number, body: WordReader): MessageToWorker | MessageFromWorker | undefined {
  switch (kind) {
    case runFrame:
    case runChunkFrame: {
      const reference = body.word();
      const announce = body.word() === 1;
      const arity = body.word();
      const args = readValues(body);
      return kind === runFrame
        ? { type: "run", task: number, reference, announce, args }
        : { type: "runChunk", task: number, reference, announce, arity, args };
    }
    case readyFrame:
      return { type: "ready" };
    case loadedFrame:
      return { type: "loaded", reference: number };
    case resultFrame:
      return { type: "result", task: number, value: body.value() };
    case chunkFrame:
      return { type: "chunk", task: number, values: readValues(body) };
    default:
      return undefined;
  }
}

/** @param arity 0: not of a chunk. */
function writeCall(
  { reference, announce, args }: MessageToWorker & { type: "run" | "runChunk" },
  arity: number,
  memory: WordMemory,
  at: number,
  end: number,
): number {
  if (at + 3 > end) return refused;
  memory.words[at] = reference;
  memory.words[at + 1] = announce ? 1 : 0;
  memory.words[at + 2] = arity;
  return writeValues(args, memory, at + 3, end);
}

function writeValues(values: readonly unknown[], memory: WordMemory, at: number, end: number): number {
  if (at >= end) return refused;
  memory.words[at] = values.length;
  let next = at + 1;
  for (let i = 0; i < values.length && next !== refused; i += 1) next = writeValue(memory, next, end, values[i]);
  return next;
}

function readValues(body: WordReader): unknown[] {
  const values: unknown[] = [];
  for (let n = body.word(); n > 0; n -= 1) values.push(body.value());
  return values;
}
