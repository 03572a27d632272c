/**
 * What only failures and refusals need: half of what a worker runs. It is built into a file of its own, so that no worker has to read it before its
 * first result; `late.ts` loads it.
 */
export { decodeThrown, encodeThrown } from "../transfer/errors.js";
export { transferError } from "../transfer/uncloneable.js";
