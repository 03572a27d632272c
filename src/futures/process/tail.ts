/** Characters kept of what a process wrote to stderr. */
const tailLength = 4000;

/** Follows a stream, if there is one; the returned function gives the last lines of it. */
export function tailOf(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.on("data", (chunk: Buffer | string) => {
    text = (text + chunk.toString()).slice(-tailLength);
  });
  return () => text.trim();
}
