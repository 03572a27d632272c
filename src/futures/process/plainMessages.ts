/** The two messages that go with every task, as frames of words where their content is small and plain: a third of the time of a packet. */
import type { MessageFromWorker, MessageToWorker } from "../pool/messages.js";
import { refused, type WordMemory, type WordReader, writeValue } from "../transfer/words.js";
import { resultFrame, runFrame } from "./frames.js";

/** Where frames are collected. */
interface FrameSink {
  add(kind: number, number: number, body?: (memory: WordMemory, at: number, end: number) => number): boolean;
}

/** @returns false if the message must go as a packet. */
export function addPlain(message: MessageToWorker | MessageFromWorker, sink: FrameSink): boolean {
  if (message.type === "result" && message.call === undefined)
    return sink.add(resultFrame, message.task, (memory, at, end) => writeValue(memory, at, end, message.value));
  if (message.type !== "run") return false;
  const { task, reference, announce, args } = message;
  return sink.add(runFrame, task, (memory, at, end) => {
    if (at + 3 > end) return refused;
    memory.words[at] = reference;
    memory.words[at + 1] = announce ? 1 : 0;
    memory.words[at + 2] = args.length;
    let next = at + 3;
    for (let i = 0; i < args.length && next !== refused; i += 1) next = writeValue(memory, next, end, args[i]);
    return next;
  });
}

export function readResult(task: number, body: WordReader): MessageFromWorker {
  return { type: "result", task, value: body.value() };
}

export function readRun(task: number, body: WordReader): MessageToWorker {
  const reference = body.word();
  const announce = body.word() === 1;
  const args: unknown[] = [];
  for (let n = body.word(); n > 0; n -= 1) args.push(body.value());
  return { type: "run", task, reference, announce, args };
}
