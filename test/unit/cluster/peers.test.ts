import assert from "node:assert/strict";
import { NotTrustedError } from "../../../src/cluster/errors.js";
import { Peers } from "../../../src/cluster/executor/peers.js";
import type { ReportContent } from "../../../src/cluster/messages.js";
import { mostReceivers, PairKeys, ReceivedFrame, sealForPeers } from "../../../src/cluster/security/pairs.js";

const place = "pair queue";
const reportOf = (pairKey?: Uint8Array): ReportContent => ({ name: "worker", ...(pairKey ? { pairKey } : {}) }) as ReportContent;

describe("the workers that a submitter has secrets with", () => {
  const content = Buffer.from("content");
  const workers = Array.from({ length: mostReceivers + 1 }, () => new PairKeys());
  const reports = workers.map(({ publicKey }) => reportOf(publicKey));
  const isSealed = (peers: Peers): boolean => peers.seal("task 1", content) !== undefined;

  it("are those that have told of themselves, each with a code of its own", () => {
    const peers = new Peers(place);
    assert.ok(!isSealed(peers), "none is known");
    peers.learn(reports.slice(0, 2));
    const { frame } = peers.seal("task 1", content) ?? assert.fail("it is signed");
    for (const worker of workers.slice(0, 2))
      assert.deepEqual(new ReceivedFrame(frame).open("task 1", worker.id, worker.agreeWith(peers.publicKey, place)), content);
    assert.ok(!new ReceivedFrame(frame).isFor((workers[2] as PairKeys).id));
  });

  it("are spoken to with a signature where they are many, or one has no such key", () => {
    const peers = new Peers(place);
    peers.learn(reports.slice(0, mostReceivers));
    assert.ok(isSealed(peers));
    peers.learn(reports);
    assert.ok(!isSealed(peers));
    peers.learn([...reports.slice(0, 2), reportOf()]);
    assert.ok(!isSealed(peers));
    peers.learn([reports[0] as ReportContent, reportOf(Buffer.alloc(32))]);
    assert.ok(isSealed(peers), "a key that is none is its worker's own fault");
    peers.learn([]);
    assert.ok(!isSealed(peers));
  });

  it("are listened to also when they are gone, and nobody else is", () => {
    const peers = new Peers(place);
    const [worker, stranger] = workers as [PairKeys, PairKeys];
    const result = (from: PairKeys): Buffer => sealForPeers("result 1", content, from.id, [from.agreeWith(peers.publicKey, place)]).frame;
    assert.throws(() => peers.open("result 1", result(worker)), NotTrustedError);
    peers.learn([reportOf(worker.publicKey)]);
    peers.learn([]);
    assert.deepEqual(peers.open("result 1", result(worker)), content);
    assert.throws(() => peers.open("result 2", result(worker)), NotTrustedError);
    assert.throws(() => peers.open("result 1", result(stranger)), NotTrustedError);
  });
});
