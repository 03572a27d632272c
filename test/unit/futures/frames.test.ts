import assert from "node:assert/strict";
import { Fifo } from "../../../src/futures/fifo.js";
import type { MessageFromWorker, MessageToWorker } from "../../../src/futures/pool/messages.js";
import { bufferBytes, FrameBuffer, FrameReader, frameOf, packetFrame } from "../../../src/futures/process/frames.js";
import { addPlain, readPlain } from "../../../src/futures/process/plainMessages.js";
import { writeValue } from "../../../src/futures/transfer/words.js";

/** What a reader makes of bytes that come in pieces of these lengths, again and again. */
function read(bytes: Uint8Array, lengths: readonly number[]): unknown[] {
  const seen: unknown[] = [];
  const reader = new FrameReader({
    frame: (kind, number, body) => seen.push([kind, number, body.value()]),
    packet: (number, packet) => seen.push([packetFrame, number, Buffer.from(packet).toString("latin1")]),
  });
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const length = lengths[n % lengths.length] as number;
    reader.take(bytes.subarray(at, at + length));
    at += length;
  }
  return seen;
}

const pieces: readonly (readonly number[])[] = [[1], [3, 7, 16, 17], [8], [4096], [bufferBytes - 1], [10 * bufferBytes], [bufferBytes, 5]];

describe("frames on a wire", () => {
  it("arrive whole and in order, however the bytes are cut", () => {
    const buffer = new FrameBuffer();
    const expected: unknown[] = [];
    for (let n = 0; n < 100; n += 1) {
      const value = n % 3 === 0 ? { n, text: "é".repeat(n) } : n / 7;
      assert.equal(
        buffer.add(1 + (n % 5), n * 1e9, (memory, at, end) => writeValue(memory, at, end, value)),
        true,
      );
      expected.push([1 + (n % 5), n * 1e9, value]);
      const text = "p".repeat(n * 3);
      assert.equal(buffer.addBytes(packetFrame, n, Buffer.from(text)), true);
      expected.push([packetFrame, n, text]);
    }
    const bytes = Buffer.from(buffer.take());
    assert.equal(buffer.empty, true);
    for (const lengths of pieces) assert.deepEqual(read(bytes, lengths), expected);
  });

  it("may be longer than all memory that is kept for them", () => {
    const text = Array.from({ length: 5 * bufferBytes + 3 }, (_, n) => String.fromCharCode(97 + (n % 26))).join("");
    const short = frameOf(packetFrame, 2, Buffer.from("short"));
    const bytes = Buffer.concat([short, frameOf(packetFrame, 1, Buffer.from(text)), short, short]);
    for (const lengths of pieces)
      assert.deepEqual(read(bytes, lengths), [
        [packetFrame, 2, "short"],
        [packetFrame, 1, text],
        [packetFrame, 2, "short"],
        [packetFrame, 2, "short"],
      ]);
  });

  it("are refused by a buffer that has no room, which keeps what it has", () => {
    const buffer = new FrameBuffer();
    let added = 0;
    while (buffer.addBytes(packetFrame, added, Buffer.alloc(1000, "x"))) added += 1;
    assert.equal(added, Math.floor(bufferBytes / (1000 + 16)));
    assert.equal(
      buffer.add(1, 0, () => -1),
      false,
      "a body that does not fit",
    );
    assert.equal(read(Buffer.from(buffer.take()), [777]).length, added);
  });
});

describe("plain messages", () => {
  const carried = (message: MessageToWorker | MessageFromWorker): unknown => {
    const buffer = new FrameBuffer();
    if (!addPlain(message, buffer)) return undefined;
    let read: unknown;
    new FrameReader({
      frame(...frame) {
        read = readPlain(...frame);
      },
      packet: () => assert.fail("a packet"),
    }).take(buffer.take());
    return read;
  };

  it("arrive as they were", () => {
    const messages: (MessageToWorker | MessageFromWorker)[] = [
      { type: "run", task: 12, reference: 3, announce: true, args: [1, "two", { three: [3] }, undefined] },
      { type: "run", task: 2 ** 40, reference: 0, announce: false, args: [] },
      { type: "result", task: 5, value: { a: [null, -0.5] } },
      { type: "result", task: 5, value: undefined },
      { type: "runChunk", task: 7, reference: 3, announce: false, arity: 2, args: Array.from({ length: 1000 }, (_, n) => `item ${n}`) },
      { type: "chunk", task: 7, values: Array.from({ length: 1000 }, (_, n) => ({ n })) },
      { type: "chunk", task: 7, values: [] },
      { type: "ready" },
      { type: "loaded", reference: 9 },
    ];
    for (const message of messages) assert.deepEqual(carried(message), message);
  });

  it("are those that go with every task, with plain content; all others go as packets", () => {
    const others: (MessageToWorker | MessageFromWorker)[] = [
      { type: "result", task: 5, value: new Map() },
      { type: "result", task: 5, call: 3, value: 1 },
      { type: "run", task: 1, reference: 3, announce: true, args: [new Date(0)] },
      { type: "runChunk", task: 7, reference: 3, announce: false, arity: 1, args: [1, new Map()] },
      { type: "runChunk", task: 7, reference: 3, announce: false, arity: 1, args: ["x".repeat(100_000)] },
      { type: "chunk", task: 7, call: 4, values: [] },
      { type: "exit" },
    ];
    for (const message of others) assert.equal(carried(message), undefined, message.type);
  });
});

describe("Fifo", () => {
  it("gives first what came first, whenever it is asked", () => {
    const fifo = new Fifo<number>();
    let next = 0;
    let given = 0;
    for (let round = 0; round < 100; round += 1) {
      for (let n = 0; n < round; n += 1) fifo.push(next++);
      assert.equal(fifo.first, given === next ? undefined : given);
      for (let n = 0; n < round - 1; n += 1) assert.equal(fifo.shift(), given++);
    }
    while (given < next) assert.equal(fifo.shift(), given++);
    assert.equal(fifo.shift(), undefined);
    fifo.push(1);
    fifo.clear();
    assert.equal(fifo.first, undefined);
  });
});
