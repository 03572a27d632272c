/** Small plain values as JSON, which is read and written in a fraction of the time that V8's serializer takes to be set up: most calls have no others. */

/** First byte of such a text; V8's serializer begins with 0xff. */
const mark = 0;
const longestArray = 16;
const longestString = 1_024;

/** @returns nothing for a value that JSON would not give back as it is, or that is large. */
export function plainText(value: unknown): Buffer | undefined {
  const text = Array.isArray(value) ? arrayText(value) : primitiveText(value);
  return text === undefined ? undefined : Buffer.from(`\0${text}`);
}

export function isPlainText(bytes: Uint8Array): boolean {
  return bytes[0] === mark;
}

/** @throws SyntaxError if it is none. */
export function plainValue(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", 1));
}

function arrayText(values: readonly unknown[]): string | undefined {
  // Those that have properties of their own, or holes, have another number of keys.
  if (values.length > longestArray || Object.keys(values).length !== values.length) return undefined;
  let text = "";
  for (let i = 0; i < values.length; i += 1) {
    const one = primitiveText(values[i]);
    if (one === undefined) return undefined;
    text += i === 0 ? one : `,${one}`;
  }
  return `[${text}]`;
}

function primitiveText(value: unknown): string | undefined {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : undefined;
    case "string":
      return value.length <= longestString ? JSON.stringify(value) : undefined;
    case "boolean":
      return String(value);
    default:
      return value === null ? "null" : undefined;
  }
}
