import v8 from "node:v8";

/** True if `value` can be posted to another thread. */
export function cloneableInThread(value: unknown): boolean {
  return !throws(() => structuredClone(value));
}

/** True if `value` can be sent to another process. */
export function cloneableInProcess(value: unknown): boolean {
  return !throws(() => v8.serialize(value));
}

function throws(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch {
    return true;
  }
}
