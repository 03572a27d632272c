/** What runs inside every worker, whatever it is: takes calls, from messages and from the call queue, finds functions, has them called, answers. */
import { monotonicNow } from "../clock.js";
import type { AnyFunction } from "../executor.js";
import type { EncodedOutcomes, MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import { setDepth } from "../pool/nesting.js";
import type { ClaimedCall } from "../thread/claims.js";
import type { EncodedThrown } from "../transfer/errors.js";
import { compiled } from "./code/host.js";
import { taskStorage } from "./currentTask.js";
import { failures } from "./late.js";
import { load, ModuleFailure } from "./load.js";
import { MemoryReport } from "./memory.js";
import { captureOutput, flushOutput } from "./output.js";
import type { OpenCalls, PoolPort } from "./port.js";
import { type Answer, nextTurn, run, sendable, TaskRun } from "./run.js";

/** ms of calls one after another, after which promises that a task has left behind get a turn, and timers and sockets. */
const promisesEvery = 0.05;
const loopEvery = 16;
/** ms after its first result within which a worker does what could wait until then. */
const settlesBy = 10;

/** A call, sent in a message or taken from the call queue. */
interface Call extends Omit<ClaimedCall, "call"> {
  readonly call?: number;
}

type FunctionOfPool = Pick<MessageToWorker & { type: "load" }, "reference" | "to">;

/** Where a worker's messages and bells go. */
export interface Loop {
  take(message: MessageToWorker): void;
  /** There may be calls in the call queue. */
  wake(): void;
}

/** Starts the worker: reports `ready`, or waits for `initialize` first. */
export function startLoop(setup: WorkerSetup, port: PoolPort): Loop {
  const functions = new Map<number, AnyFunction>();
  const tasks = taskStorage();
  const memory = new MemoryReport(port);
  const encode = (error: unknown): EncodedThrown => failures().encodeThrown(error, port.cloneable);
  const pool = { worker: setup.worker, port, encode, isOpen: (task: number) => running?.id === task };
  /** A worker runs one task at a time; earlier ones may have left timers behind. */
  let running: TaskRun | undefined;
  let left = setup.maxTasks ?? Number.POSITIVE_INFINITY;
  /** For the function of a call of the call queue. */
  let search: { readonly reference: number; readonly call: number; readonly end: () => void } | undefined;
  let working = false;
  let settled = false;
  /** By `monotonicNow`: when a call first and last ended, when promises last had their turn, and when the event loop had. */
  let firstEnd = 0;
  let lastEnd = 0;
  let lastPromises = 0;
  let lastTurn = 0;

  setDepth(setup.depth);
  if (setup.captureOutput) {
    captureOutput((stream, text) => {
      const task = tasks.getStore()?.id;
      port.send({ type: "output", stream, text, ...(task === undefined ? {} : { task }) });
    });
  }
  // Only looks: the runtime ends the worker as it would without us.
  process.on("uncaughtExceptionMonitor", (error) => sendError((encoded) => ({ type: "uncaught", error: encoded }), error));

  function ready(): void {
    port.send({ type: "ready" });
    wake();
  }

  async function initialize(args: readonly unknown[]): Promise<void> {
    try {
      if (setup.initializer) await (await load(setup.initializer))(...args);
    } catch (error) {
      sendError((encoded) => ({ type: "initializerFailed", error: encoded }), error instanceof ModuleFailure ? error.cause : error);
      return;
    }
    ready();
  }

  async function loadFunction({ reference, to }: FunctionOfPool): Promise<void> {
    const waiting = search?.reference === reference ? search : undefined;
    try {
      functions.set(reference, await load(to));
      port.send({ type: "loaded", reference });
    } catch (error) {
      const moduleFailed = error instanceof ModuleFailure;
      if (moduleFailed) port.calls?.close(); // this worker gives way to another
      const about = { reference, moduleFailed, ...(waiting ? { call: waiting.call } : {}) };
      sendError((encoded) => ({ type: "loadFailed", ...about, error: encoded }), moduleFailed ? error.cause : error);
    }
    waiting?.end();
  }

  /** Resolves when the function of a call is there, or the pool has been told why not. */
  function find({ fn, call }: ClaimedCall): Promise<void> {
    const to = setup.functions[fn];
    port.send({ type: "loading", reference: fn, call, asks: to === undefined });
    return new Promise((resolve) => {
      search = {
        reference: fn,
        call,
        end() {
          search = undefined;
          resolve();
        },
      };
      if (to) void loadFunction({ reference: fn, to });
    });
  }

  function wake(): void {
    if (!working && port.calls?.begin()) void work(port.calls);
  }

  /** Takes calls from the call queue as long as there are any. */
  async function work(calls: OpenCalls): Promise<void> {
    working = true;
    lastTurn = lastPromises = monotonicNow();
    for (;;) {
      for (let claimed = calls.claim(); claimed; claimed = calls.claim()) {
        if (!functions.has(claimed.fn)) {
          if (calls.giveBack) {
            calls.giveBack(claimed.call);
            working = false; // it rests: whatever comes next is sent to it, and must not meet this loop
            const to = setup.functions[claimed.fn];
            if (to) void loadFunction({ reference: claimed.fn, to });
            return;
          }
          await find(claimed);
        }
        const end = functions.has(claimed.fn) ? execute(claimed) : calls.end();
        if (end) await end;
        if (lastEnd - lastPromises >= promisesEvery && calls.any) await letOthersRun();
      }
      // What a call has left behind runs before this worker rests, while nobody counts on it.
      if (lastPromises < lastEnd) {
        await letOthersRun();
        settleIn();
        continue;
      }
      const more = calls.rest();
      if (more !== true && !(await more)) break;
    }
    working = false;
    if (!settled) setImmediate(settleIn); // of a worker that has come for nothing
  }

  /** Does what could wait until the first result was there. */
  function settleIn(): void {
    if (settled) return;
    settled = true;
    failures();
    memory.tellSometimes(monotonicNow());
    if (compiled) port.send({ type: "code", code: compiled() });
  }

  async function letOthersRun(): Promise<void> {
    port.calls?.leave();
    if (lastEnd - lastTurn >= loopEvery) {
      await nextTurn();
      lastTurn = monotonicNow();
    }
    lastPromises = lastEnd;
  }

  /** A call that was sent to this worker alone. */
  async function runSent(call: Call): Promise<void> {
    port.calls?.work();
    const end = execute(call);
    if (end) await end;
    wake();
    port.calls?.flush?.();
    settleIn();
  }

  /** @returns nothing if the call has ended already. */
  function execute(call: Call): Promise<void> | undefined {
    const { task } = call;
    const starts = call.call === undefined ? port.start?.() !== false : port.calls?.start(call.call) === true;
    if (!starts) {
      if (call.call === undefined) port.send({ type: "revoked", task });
      else port.calls?.end();
      return undefined;
    }
    if (--left <= 0) port.calls?.close();
    if (call.announce) port.send({ type: "started", task, ...numberOf(call) });
    running = new TaskRun(task, call.call, pool);
    let answer: Answer | Promise<Answer>;
    try {
      answer = run(functions.get(call.fn) as AnyFunction, call.args, call.arity, running);
    } catch (error) {
      finish(call, { error }, true);
      return undefined;
    }
    if (answer instanceof Promise)
      return answer.then(
        (value) => finish(call, value, false),
        (error: unknown) => finish(call, { error }, false),
      );
    finish(call, answer, true);
    return undefined;
  }

  /** @param looks this worker looks for another call at once; else what the call has left behind may run before. */
  function finish(call: Call, answer: Answer, looks: boolean): void {
    running = undefined;
    lastEnd = monotonicNow();
    if (settled) memory.tellSometimes(lastEnd);
    else if (firstEnd === 0) firstEnd = lastEnd;
    else if (lastEnd - firstEnd >= settlesBy) settleIn(); // one that never comes to rest
    if (call.call !== undefined && port.calls) {
      if ("value" in answer && port.calls.answer(call.call, answer.value, undefined, looks)) return;
      if ("values" in answer && !answer.errors && port.calls.answer(call.call, undefined, answer.values, looks)) return;
      port.calls.end();
    }
    sendAnswer(call, answer);
  }

  function sendAnswer(call: Call, answer: Answer): void {
    const about = { task: call.task, ...numberOf(call) };
    if ("error" in answer) sendError((error) => ({ type: "error", ...about, error }), answer.error);
    else if ("values" in answer) sendOutcomes(about, answer);
    else {
      try {
        port.send({ type: "result", ...about, value: answer.value });
      } catch (refusal) {
        sendError((error) => ({ type: "error", ...about, error }), failures().transferError(answer.value, "result", refusal, port.cloneable));
      }
    }
  }

  /** What the channel refuses of an answer fails in its place. */
  function sendOutcomes(about: { readonly task: number; readonly call?: number }, outcomes: EncodedOutcomes): void {
    try {
      port.send({ type: "chunk", ...about, ...outcomes });
    } catch (refusal) {
      port.send({ type: "chunk", ...about, ...sendable(outcomes, refusal, port, encode) });
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

  if (!setup.initializer) ready();
  return {
    wake,
    take(message) {
      switch (message.type) {
        case "initialize":
          void initialize(message.args);
          break;
        case "load":
          void loadFunction(message);
          break;
        case "run":
          void runSent({ task: message.task, fn: message.reference, args: message.args, arity: 0, announce: message.announce });
          break;
        case "runChunk":
          void runSent({ task: message.task, fn: message.reference, args: message.args, arity: message.arity, announce: message.announce });
          break;
        case "abort":
          if (running?.id === message.task) running.abort(failures().decodeThrown(message.reason));
          break;
        case "exit":
          void exit();
          break;
      }
    },
  };
}

function numberOf({ call }: Call): { readonly call?: number } {
  return call === undefined ? {} : { call };
}
