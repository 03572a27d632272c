import { NotTrustedError } from "../errors.js";
import type { ReportContent } from "../messages.js";
import { mostReceivers, type PairedFrame, PairKeys, type Peer, peerIdOf, ReceivedFrame, sealForPeers } from "../security/pairs.js";

/** The workers that a submitter has a secret with, each its own. */
export class Peers {
  readonly #keys = new PairKeys();
  readonly #place: string;
  /** By their ids: all that were ever met, since what they have told may come late. */
  readonly #known = new Map<string, Peer>();
  #present: readonly Peer[] = [];

  /** @param place what the secrets are for. */
  constructor(place: string) {
    this.#place = place;
  }

  /** To be signed, and shown to workers. */
  get publicKey(): Buffer {
    return this.#keys.publicKey;
  }

  /** @param reports of the workers that are there, as far as they are trusted. */
  learn(reports: readonly ReportContent[]): void {
    const keys = reports.flatMap(({ pairKey }) => (pairKey ? [pairKey] : []));
    // For many a signature is sooner made, and one without a key could read nothing else.
    const speaksToAll = keys.length === reports.length && keys.length <= mostReceivers;
    this.#present = speaksToAll ? keys.flatMap((key) => this.#peerOf(key) ?? []) : [];
  }

  /** Seals for all workers that are there. @returns nothing if a signature is to be made. */
  seal(context: string, content: Uint8Array): PairedFrame | undefined {
    if (this.#present.length === 0) return undefined;
    return sealForPeers(context, content, this.#keys.id, this.#present);
  }

  /** @throws NotTrustedError if it is not of one of them, for that context. */
  open(context: string, frame: Uint8Array): Buffer {
    const received = new ReceivedFrame(frame);
    const sender = this.#known.get(received.sender);
    if (!sender) throw new NotTrustedError("it is of a worker that has not told of itself");
    return received.open(context, this.#keys.id, sender);
  }

  /** @returns nothing if the key is none: that worker asks, like one that is new. */
  #peerOf(publicKey: Uint8Array): Peer | undefined {
    const id = peerIdOf(publicKey);
    const known = this.#known.get(id);
    if (known) return known;
    try {
      const peer = this.#keys.agreeWith(publicKey, this.#place);
      this.#known.set(id, peer);
      return peer;
    } catch {
      return undefined;
    }
  }
}
