import { Console } from "node:console";
import { StringDecoder } from "node:string_decoder";

/** On a stream whose chunks go elsewhere. Of the whole process, since a task may import another copy of the library. */
const captured = Symbol.for("concurrent-futures.captured");

/**
 * Sends everything that JavaScript prints in this worker to `emit`, in order with each other and with the worker's other messages.
 * What native code or a child process writes to the file descriptors is not seen here.
 */
export function captureOutput(emit: (stream: "stdout" | "stderr", text: string) => void): void {
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder("utf8"); // a character may come in two pieces
    // The stream itself stays: Node calls methods on a thread's own streams, whatever stands in their place.
    Object.assign(process[name], {
      [captured]: true,
      _writev: null,
      _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void) {
        const text = typeof chunk === "string" ? chunk : decoder.write(chunk);
        if (text !== "") emit(name, text);
        done();
      },
    });
  }
  const original = globalThis.console;
  const replacement = new Console({ stdout: process.stdout, stderr: process.stderr });
  // The console object itself stays: modules may have kept it, and an inspector listens to it.
  for (const method of Object.keys(replacement) as (keyof Console)[]) {
    const value = replacement[method];
    if (typeof value === "function") Object.defineProperty(original, method, { configurable: true, enumerable: true, writable: true, value });
  }
}

/** False in a thread, and in a worker whose output is captured: there file descriptor 1 is not where this program's output goes. */
export function ownsStdout(): boolean {
  return (process.stdout as { fd?: number }).fd === 1 && !(captured in process.stdout);
}

/** Resolves when everything printed so far has left this worker. */
export async function flushOutput(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) =>
        new Promise<void>((resolve) => {
          if (stream.destroyed || !stream.writable) resolve();
          else stream.write("", () => resolve());
        }),
    ),
  );
}
