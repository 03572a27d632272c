/** Characters kept of what a process wrote to stderr: Node writes a long native stack after its reason. */
const tailLength = 16_000;

/** Follows a stream, if there is one; the returned function gives the last lines of it. */
export function tailOf(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.on("data", (chunk: Buffer | string) => {
    text = (text + chunk.toString()).slice(-tailLength);
  });
  return () => text.trim();
}
