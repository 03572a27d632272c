/** Entry of the session, the process where the cells of a notebook run: its composition root. Forked by the kernel of the notebook. */
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { MessageFromSession, MessageToSession } from "../../protocol/cells.js";
import { Session } from "./session.js";

const [notebook = "", directory = "", printLimit = ""] = process.argv.slice(2);
process.argv = [process.execPath, notebook]; // as of any program that is run
const url = pathToFileURL(notebook).href;
const require = createRequire(url);
const dirname = path.dirname(notebook);

function send(message: MessageFromSession): void {
  process.send?.(message, undefined, undefined, () => {});
}

const waiting = new Map<number, { resolve(url: string): void; reject(error: Error): void }>();

function resolveImport(specifier: string): Promise<string> {
  const requestId = waiting.size + 1 + Math.max(0, ...waiting.keys());
  return new Promise((resolve, reject) => {
    waiting.set(requestId, { resolve, reject });
    send({ type: "resolve", requestId, specifier });
  });
}

const session = new Session({
  directory,
  printLimit: Number(printLimit),
  notebook,
  libraryDirectory: fileURLToPath(new URL("..", import.meta.url)),
  supportUrl: new URL("./capturedScope.js", import.meta.url).href,
  meta: { url, filename: notebook, dirname },
  given: { require, __filename: notebook, __dirname: dirname, module: { exports: {} }, exports: {} },
  listenerUrl: new URL("./interruptListener.js", import.meta.url),
  send,
  resolve: resolveImport,
});

for (const stream of ["stdout", "stderr"] as const) {
  const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
    session.print(stream, typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") process.nextTick(done as () => void);
    return true;
  };
  process[stream].write = write as typeof process.stdout.write;
}

// What nobody awaits must not end the session.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => session.print("stderr", `Uncaught ${error instanceof Error ? error.stack : String(error)}\n`));
}
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

process.on("message", (message: MessageToSession) => {
  switch (message.type) {
    case "run":
      void session.run(message);
      break;
    case "interrupt":
      session.interrupt(message.run);
      break;
    case "resolved": {
      const request = waiting.get(message.requestId);
      waiting.delete(message.requestId);
      if (message.url !== undefined) request?.resolve(message.url);
      else request?.reject(new Error(message.problem));
      break;
    }
    case "cancelTask":
      session.cancelTask(message.id);
      break;
    case "ask":
      send({ type: "answer", questionId: message.questionId, answer: session.answer(message.of, message.question) });
      break;
    case "variables":
      send({ type: "variables", questionId: message.questionId, variables: session.variables() });
      break;
  }
});
send({ type: "ready" });
