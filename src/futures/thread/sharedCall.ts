import type { SharedCall } from "../pool/transport.js";

const offered = 0;
const started = 1;
const revoked = 2;

/** The pool's side of the state of a call; `state` is shared with the thread. */
export function sharedCall(state: Int32Array): SharedCall {
  return {
    offer: () => void Atomics.store(state, 0, offered),
    started: () => Atomics.load(state, 0) === started,
    revoke: () => Atomics.compareExchange(state, 0, offered, revoked) !== started,
  };
}

/** The thread's side: marks the call as started, unless it was taken back. */
export function startCall(state: Int32Array): boolean {
  return Atomics.compareExchange(state, 0, offered, started) === offered;
}
