import { WebSocket } from "ws";
import { type Inspector, Question } from "./inspector.js";

/** What Node writes to stderr about its inspector. */
const ofInspector =
  /^(?:Debugger listening on ws:.*|For help, see: https:\/\/nodejs\.org\/.*|Debugger attached\.|Debugger ending on ws:.*|Waiting for the debugger to disconnect\.\.\.)(?:\r?\n|$)/gm;

/**
 * A worker that is not killed after all must not go on listening: when it comes back to its event loop, it ends that. Not in the first turn: Node may have
 * the signal before it for a second time there, and would listen again.
 */
const ending = "setImmediate(() => setImmediate(() => process._debugEnd())); undefined";

/** Has inspectors of processes opened, which say on their stderr where: on the loopback interface, at a port and a path that nobody else knows. */
export class ProcessInspectors {
  /** Of workers whose inspector was opened: takes the address once. */
  readonly #opened = new Map<string, (url: string) => void>();

  /**
   * @param worker its name.
   * @param pid of a process of Node started with `--inspect-port=127.0.0.1:0`.
   * @returns an inspector of it; `undefined` where processes get no signals.
   */
  async inspect(worker: string, pid: number): Promise<Inspector | undefined> {
    if (process.platform === "win32") return undefined;
    const url = new Promise<string>((resolve) => this.#opened.set(worker, resolve));
    process.kill(pid, "SIGUSR1");
    const socket = new WebSocket(await url, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    socket.on("error", () => {}); // the worker is gone
    socket.send(new Question(1, ending).text);
    return {
      evaluate(expression) {
        const question = new Question(2, expression);
        socket.on("message", (data) => question.take(String(data)));
        socket.send(question.text);
        return question.answer;
      },
      close: () => socket.terminate(),
    };
  }

  /** What a worker has written, without what Node says of the inspector that was opened. */
  withoutNotes(worker: string, text: string): string {
    const opened = this.#opened.get(worker);
    if (!opened) return text;
    const [, url] = /^Debugger listening on (ws:\S+)/m.exec(text) ?? [];
    if (url !== undefined) opened(url);
    return text.replace(ofInspector, "");
  }

  /** Of a worker that is gone. */
  forget(worker: string): void {
    this.#opened.delete(worker);
  }
}
