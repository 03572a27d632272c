import assert from "node:assert/strict";
import { NotTrustedError } from "../../../src/cluster/errors.js";
import { isPaired, PairKeys, ReceivedFrame, sealForPeers } from "../../../src/cluster/security/pairs.js";

describe("secrets of two", () => {
  const [mine, its, strangers] = [new PairKeys(), new PairKeys(), new PairKeys()];
  const place = "pair queue";
  const content = Buffer.from("the content");
  const sealed = (context = "task 1"): Buffer => sealForPeers(context, content, mine.id, [mine.agreeWith(its.publicKey, place)]).frame;
  const opened = (frame: Buffer, from = mine.publicKey, context = "task 1", where = place): Buffer =>
    new ReceivedFrame(frame).open(context, its.id, its.agreeWith(from, where));

  it("are the same on both sides, and on no other", () => {
    const secret = (keys: PairKeys, other: PairKeys, where = place): string =>
      keys.agreeWith(other.publicKey, where).secret.codeOf(content).toString("hex");
    assert.equal(secret(mine, its), secret(its, mine));
    assert.notEqual(secret(mine, its), secret(mine, strangers));
    assert.notEqual(secret(mine, its), secret(mine, its, "pair another"));
  });

  it("open what was sealed, for that context, of that sender, in that place alone", () => {
    assert.ok(isPaired(sealed()));
    assert.deepEqual(opened(sealed()), content);
    assert.throws(() => opened(sealed("task 2")), NotTrustedError);
    assert.throws(() => opened(sealed(), strangers.publicKey), NotTrustedError);
    assert.throws(() => opened(sealed(), mine.publicKey, "task 1", "pair another"), NotTrustedError);
  });

  it("refuse a frame of which any bit was changed, or a part cut off", () => {
    const frame = sealed();
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const changed = Buffer.from(frame);
      changed.writeUInt8((changed[bit >> 3] as number) ^ (1 << (bit & 7)), bit >> 3);
      assert.throws(() => opened(changed), NotTrustedError, `bit ${bit}`);
    }
    for (let length = 0; length < frame.length; length += 1) assert.throws(() => opened(frame.subarray(0, length)), NotTrustedError);
  });

  it("are of all of a long content, too", () => {
    const long = Buffer.alloc(100_000, 7);
    const { frame } = sealForPeers("task 1", long, mine.id, [mine.agreeWith(its.publicKey, place)]);
    assert.deepEqual(opened(frame), long);
    for (const at of [0, 5, frame.length - 100_000, frame.length - 50_000, frame.length - 1]) {
      const changed = Buffer.from(frame);
      changed.writeUInt8((changed[at] as number) ^ 1, at);
      assert.throws(() => opened(changed), NotTrustedError, `byte ${at}`);
    }
    assert.throws(() => opened(frame.subarray(0, -1)), NotTrustedError);
  });

  it("are each receiver's own: one cannot speak to another in the sender's name", () => {
    const [to, too] = [mine.agreeWith(its.publicKey, place), mine.agreeWith(strangers.publicKey, place)];
    const { frame, digest } = sealForPeers("task 1", content, mine.id, [too, to]);
    assert.deepEqual(opened(frame), content);
    const received = new ReceivedFrame(frame);
    assert.deepEqual([received.isFor(its.id), received.isFor(strangers.id), received.isFor(mine.id)], [true, true, false]);
    assert.deepEqual(received.digest, digest);
    // What the other receiver knows is the secret that it has with the sender, and with this one.
    const forged = sealForPeers("task 1", Buffer.from("another"), mine.id, [
      { id: its.id, secret: strangers.agreeWith(mine.publicKey, place).secret },
    ]);
    assert.throws(() => opened(forged.frame), NotTrustedError);
    const own = sealForPeers("task 1", Buffer.from("another"), mine.id, [strangers.agreeWith(its.publicKey, place)]);
    assert.throws(() => opened(own.frame), NotTrustedError);
  });

  it("refuse a key that is none", () => {
    for (const key of [Buffer.alloc(0), Buffer.alloc(31), Buffer.alloc(32), Buffer.alloc(33)])
      assert.throws(() => mine.agreeWith(key, place), NotTrustedError, `${key.length} bytes`);
  });
});
