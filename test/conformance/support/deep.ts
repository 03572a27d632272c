import assert from "node:assert/strict";
import v8 from "node:v8";

/** Nested so many times. Workers are given it by its source. */
export const nested = (depth: number): object => {
  let value: object = {};
  for (let i = 0; i < depth; i += 1) value = { value };
  return value;
};

/**
 * A depth at which an object can be serialized and not deserialized again: structured clone takes more of the stack to read than to write. It is what
 * CPython's tests do with objects that raise when they are unpickled: the bytes arrive, and no value comes of them.
 */
export function depthThatCannotBeRead(): number {
  let depth = 500;
  while (succeeds(() => v8.serialize(nested(depth * 1.25)))) depth *= 1.25;
  depth = Math.floor(depth * 0.9);
  const bytes = v8.serialize(nested(depth));
  assert.throws(() => v8.deserialize(bytes), RangeError);
  return depth;
}

function succeeds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
