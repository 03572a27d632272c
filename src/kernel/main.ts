/** Entry of the kernel process: the composition root. Forked by the extension; speaks `src/protocol` over its IPC channel. */
import type { MessageFromKernel, MessageToKernel } from "../protocol/messages.js";
import { Kernel } from "./kernel.js";

if (!process.send) {
  process.stderr.write("The kernel is started by the extension, over an IPC channel.\n");
  process.exit(2);
}

/** Given when this process leads a process group of its own: then the group ends with it, busy workers and their children too. */
const ownGroup = process.argv.includes("--own-group");

function send(message: MessageFromKernel): void {
  // The callback takes the error of a channel that closed meanwhile: then "disconnect" ends us.
  process.send?.(message, undefined, undefined, () => {});
}

function exit(): void {
  if (ownGroup) process.kill(-process.pid, "SIGKILL");
  process.exit(0);
}

process.on("uncaughtException", (error) => {
  send({ type: "log", level: "error", text: error instanceof Error ? (error.stack ?? String(error)) : String(error) });
  // Open tasks fail with this process: the extension tells so, and starts another at the next submission.
  setImmediate(() => process.exit(70));
});
process.on("disconnect", exit);

const kernel = new Kernel({
  send,
  exit,
  libraryUrl: new URL("../futures/index.js", import.meta.url).href,
  supportUrl: new URL("./callSupport.js", import.meta.url).href,
  sessionUrl: new URL("./session.js", import.meta.url).href,
  readerUrl: new URL("./readInputs.js", import.meta.url).href,
});
process.on("message", (message: MessageToKernel) => kernel.take(message));
