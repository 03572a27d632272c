// @ts-check
import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits until `probe` gives something truthy; for things that announce themselves by no event (a file, a DOM state, another process).
 * An error thrown by the probe counts as "not yet" and is named when time is up.
 * @template T
 * @param {string} what Told in the error.
 * @param {() => T | Promise<T>} probe
 * @param {number} [limit] Milliseconds.
 * @returns {Promise<NonNullable<T>>}
 * @throws {Error} When `limit` is over.
 */
export async function until(what, probe, limit = 20_000) {
  const end = Date.now() + limit;
  let lastError;
  do {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      lastError = error;
    }
    await delay(50);
  } while (Date.now() < end);
  const reason = lastError instanceof Error ? `: ${lastError.message}` : "";
  throw new Error(`Waited ${limit} ms for ${what}${reason}`, { cause: lastError });
}
