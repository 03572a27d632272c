/** What runs inside every worker, whatever it is: takes messages, finds functions, calls them, answers. */
import type { AnyFunction } from "../executor.js";
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import { decodeThrown, type EncodedThrown, encodeThrown } from "../transfer/errors.js";
import { transferError } from "../transfer/uncloneable.js";
import { taskStorage } from "./currentTask.js";
import { load, ModuleFailure } from "./load.js";
import { captureOutput, flushOutput } from "./output.js";

/** The worker's end of its channel. */
export interface PoolPort {
  /** @throws what structured clone throws for content that it refuses. */
  send(message: MessageFromWorker): void;
  /** Resolves when everything sent has left this worker. */
  flush(): Promise<void>;
  cloneable(value: unknown): boolean;
}

/** Starts the worker: reports `ready`, or waits for `initialize` first. Returns the function that takes the pool's messages. */
export function startLoop(setup: WorkerSetup, port: PoolPort): (message: MessageToWorker) => void {
  const functions = new Map<number, AnyFunction>();
  const running = new Map<number, AbortController>();
  const tasks = taskStorage();
  const encode = (error: unknown): EncodedThrown => encodeThrown(error, port.cloneable);

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

  async function run(task: number, reference: number, args: readonly unknown[]): Promise<void> {
    const controller = new AbortController();
    running.set(task, controller);
    try {
      const fn = functions.get(reference) as AnyFunction;
      const value = await tasks.run({ id: task, signal: controller.signal, worker: setup.worker }, () => fn(...args));
      sendResult(task, value);
    } catch (error) {
      sendError((encoded) => ({ type: "error", task, error: encoded }), error);
    } finally {
      running.delete(task);
    }
  }

  function sendResult(task: number, value: unknown): void {
    try {
      port.send({ type: "result", task, value });
    } catch (refusal) {
      sendError((encoded) => ({ type: "error", task, error: encoded }), transferError(value, "result", refusal, port.cloneable));
    }
  }

  /** An error about an error must not throw: what the channel refuses is sent as text alone. */
  function sendError(message: (error: EncodedThrown) => MessageFromWorker, error: unknown): void {
    try {
      port.send(message(encode(error)));
    } catch (refusal) {
      port.send(
        message(
          encode(new Error(`the task failed with an error that cannot be sent: ${refusal instanceof Error ? refusal.message : String(refusal)}`)),
        ),
      );
    }
  }

  async function exit(): Promise<void> {
    await flushOutput();
    await port.flush();
    process.exit(0);
  }

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
        void run(message.task, message.reference, message.args);
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
