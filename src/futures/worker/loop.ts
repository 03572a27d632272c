/** What runs inside every worker, whatever it is: takes messages, finds functions, has them called, answers. */
import type { AnyFunction } from "../executor.js";
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import { setDepth } from "../pool/nesting.js";
import { decodeThrown, type EncodedThrown, encodeThrown } from "../transfer/errors.js";
import { transferError } from "../transfer/uncloneable.js";
import { taskStorage } from "./currentTask.js";
import { load, ModuleFailure } from "./load.js";
import { MemoryReport } from "./memory.js";
import { captureOutput, flushOutput } from "./output.js";
import type { PoolPort } from "./port.js";
import { runCall, runChunk, sendable, type TaskContext } from "./run.js";

/** Starts the worker: reports `ready`, or waits for `initialize` first. Returns the function that takes the pool's messages. */
export function startLoop(setup: WorkerSetup, port: PoolPort): (message: MessageToWorker) => void {
  const functions = new Map<number, AnyFunction>();
  const running = new Map<number, AbortController>();
  const tasks = taskStorage();
  const memory = new MemoryReport(port);
  const encode = (error: unknown): EncodedThrown => encodeThrown(error, port.cloneable);

  setDepth(setup.depth);
  if (setup.captureOutput) {
    captureOutput((stream, text) => {
      const task = tasks.getStore()?.id;
      port.send({ type: "output", stream, text, ...(task === undefined ? {} : { task }) });
    });
  }
  // Only looks: the runtime ends the worker as it would without us.
  process.on("uncaughtExceptionMonitor", (error) => sendError((encoded) => ({ type: "uncaught", error: encoded }), error));

  async function initialize(args: readonly unknown[]): Promise<void> {
    try {
      if (setup.initializer) await (await load(setup.initializer))(...args);
      port.send({ type: "ready" });
    } catch (error) {
      sendError((encoded) => ({ type: "initializerFailed", error: encoded }), error instanceof ModuleFailure ? error.cause : error);
    }
  }

  async function loadFunction(reference: number, to: MessageToWorker & { type: "load" }): Promise<void> {
    try {
      functions.set(reference, await load(to.to));
      port.send({ type: "loaded", reference });
    } catch (error) {
      const moduleFailed = error instanceof ModuleFailure;
      sendError((encoded) => ({ type: "loadFailed", reference, moduleFailed, error: encoded }), moduleFailed ? error.cause : error);
    }
  }

  async function run(message: MessageToWorker & { type: "run" | "runChunk" }): Promise<void> {
    const { task } = message;
    if (port.start?.() === false) {
      port.send({ type: "revoked", task });
      return;
    }
    if (message.announce) port.send({ type: "started", task });
    const controller = new AbortController();
    running.set(task, controller);
    const context: TaskContext = { id: task, signal: controller.signal, worker: setup.worker, port, encode, open: () => running.has(task) };
    const fn = functions.get(message.reference) as AnyFunction;
    let answer: MessageFromWorker & { task: number };
    try {
      answer = message.type === "run" ? await runCall(fn, message.args, context) : await runChunk(fn, message.calls, context);
    } catch (error) {
      answer = { type: "error", task, error: encode(error) };
    }
    running.delete(task);
    memory.tellSometimes();
    sendAnswer(answer);
  }

  /** What the channel refuses of an answer fails in its place. */
  function sendAnswer(answer: MessageFromWorker & { task: number }): void {
    try {
      port.send(answer);
    } catch (refusal) {
      if (answer.type === "chunk") port.send({ ...answer, outcomes: answer.outcomes.map((outcome) => sendable(outcome, refusal, port, encode)) });
      else {
        const error = answer.type === "result" ? transferError(answer.value, "result", refusal, port.cloneable) : refusal;
        sendError((encoded) => ({ type: "error", task: answer.task, error: encoded }), error);
      }
    }
  }

  /** An error about an error must not throw. */
  function sendError(message: (error: EncodedThrown) => MessageFromWorker, error: unknown): void {
    try {
      port.send(message(encode(error)));
    } catch (refusal) {
      const text = refusal instanceof Error ? refusal.message : String(refusal);
      port.send(message(encode(new Error(`the task failed with an error that cannot be sent: ${text}`))));
    }
  }

  async function exit(): Promise<void> {
    await flushOutput();
    await port.flush();
    process.exit(0);
  }

  memory.tellSometimes();
  if (!setup.initializer) port.send({ type: "ready" });
  return (message) => {
    switch (message.type) {
      case "initialize":
        void initialize(message.args);
        break;
      case "load":
        void loadFunction(message.reference, message);
        break;
      case "run":
      case "runChunk":
        void run(message);
        break;
      case "abort":
        running.get(message.task)?.abort(decodeThrown(message.reason));
        break;
      case "exit":
        void exit();
        break;
    }
  };
}
