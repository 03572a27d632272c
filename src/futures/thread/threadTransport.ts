import type { MessagePort, Worker, WorkerOptions } from "node:worker_threads";
import { arrivalsBuffer } from "../blocking.js";
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import { type Channel, type ChannelEvents, refillEvery, type Transport } from "../pool/transport.js";
import { cloneableInThread } from "../transfer/cloneable.js";
import type { CompiledCode, GivenCode } from "../worker/code/compiledCode.js";
import { startThread, threadCode } from "../worker/entries.js";
import { sharedCall } from "./sharedCall.js";
import { SharedCalls } from "./sharedCalls.js";
import { SyncPort } from "./syncPort.js";
import type { ThreadPoolOptions } from "./threadPoolOptions.js";
import { makeWorkerMemory } from "./workerMemory.js";
import { type TakeOutcome, WorkerView } from "./workerView.js";

/** What a thread knows from its start. */
export interface ThreadData {
  readonly setup: WorkerSetup;
  readonly port: MessagePort;
  readonly lifeLine: MessagePort;
  readonly arrivals: SharedArrayBuffer;
  readonly calls: SharedArrayBuffer;
  readonly memory: SharedArrayBuffer;
  readonly code: GivenCode;
}

/** A message without content: there are outcomes in the shared memory; or, to a worker, calls. */
export const bell = 0;
export type Bell = typeof bell;

/** Workers that are threads of this process. */
export class ThreadTransport implements Transport {
  readonly kind = "thread";
  readonly cloneable = cloneableInThread;
  readonly #options: ThreadPoolOptions;
  #calls: SharedCalls | undefined;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  get calls(): SharedCalls {
    this.#calls ??= new SharedCalls();
    return this.#calls;
  }

  start(setup: WorkerSetup, events: ChannelEvents): Channel {
    const port = new SyncPort<MessageFromWorker | Bell, MessageToWorker | Bell>();
    const memory = makeWorkerMemory();
    const worker = this.#start({ setup, ...port.theirs, arrivals: arrivalsBuffer, calls: this.calls.buffer, memory, code: threadCode.give(port) });
    return new ThreadChannel(worker, port, memory, events);
  }

  #start(workerData: ThreadData): Worker {
    const { resourceLimits, execArgv } = this.#options;
    const options: WorkerOptions = {
      name: workerData.setup.worker,
      workerData,
      transferList: [workerData.port, workerData.lifeLine],
      stdin: true, // it ends it by itself, once it has the time: Node would do so before anything else, which takes half a ms
    };
    if (resourceLimits) options.resourceLimits = resourceLimits;
    if (execArgv) options.execArgv = [...execArgv];
    return startThread("thread", options);
  }
}

/** What is said to a thread goes by a port; what it says, by the port and by shared memory, and is taken in the order in which it was said. */
class ThreadChannel implements Channel {
  readonly call;
  readonly #worker: Worker;
  readonly #port: SyncPort<MessageFromWorker | Bell, MessageToWorker | Bell>;
  readonly #view: WorkerView;
  readonly #events: ChannelEvents;
  readonly #take: TakeOutcome = (call, posted, chunk, value) => {
    while (this.#taken < posted && (this.#takeInHand() || this.#port.receive()));
    this.#events.outcome(call, chunk, value);
    this.#outcomes += 1;
    if (this.#outcomes % refillEvery === 0) this.#events.taken?.();
  };
  #outcomes = 0;
  /** Messages taken in. */
  #taken = 0;
  /** What is to be done with messages that were received and not taken in yet: what is taken before them may block, and then receives more. */
  readonly #inHand: (() => void)[] = [];
  #exitCode: number | null = null;

  constructor(worker: Worker, port: SyncPort<MessageFromWorker | Bell, MessageToWorker | Bell>, memory: SharedArrayBuffer, events: ChannelEvents) {
    this.#worker = worker;
    this.#port = port;
    this.#view = new WorkerView(memory);
    this.#events = events;
    this.call = sharedCall(this.#view.directCall);
    port.attach(worker, {
      message: (message) => (message === bell ? this.#heardBell() : this.#takeMessage(() => this.#hear(message))),
      unreadable: (error) => this.#takeMessage(() => events.unreadable(error)),
      end: (exitCode, failure) => {
        this.#drainOutcomes();
        threadCode.ended(port);
        events.end({ exitCode, ...(failure === undefined ? {} : { error: failure }) });
      },
    });
  }

  get threadId(): number {
    return this.#worker.threadId;
  }

  get current(): number | undefined {
    return this.#view.current;
  }

  get free(): boolean {
    return this.#view.current === undefined && !this.#view.hired;
  }

  comes(): boolean {
    return this.#view.comes();
  }

  get dozes(): boolean {
    return this.#view.dozes;
  }

  get busyTime(): number {
    return this.#view.busyTime;
  }

  send(message: MessageToWorker, transfer?: readonly object[]): void {
    this.#port.post(message, transfer);
    this.#view.notify();
  }

  wake(): boolean {
    return this.#view.wake(() => this.#port.post(bell));
  }

  hire(): boolean {
    return this.#view.hire();
  }

  tellRest(): void {
    this.#view.tellRest();
  }

  dismiss(): void {
    this.#view.dismiss();
  }

  halt(halts: boolean): void {
    this.#view.halt(halts);
  }

  drain(): void {
    this.#drainOutcomes();
    this.#port.drain(() => this.#exitCode);
    this.#events.drained();
  }

  kill(): void {
    void this.#worker.terminate();
  }

  hold(held: boolean): void {
    this.#port.hold(held);
  }

  #hear(message: MessageFromWorker): void {
    if (message?.type === "exiting") this.#exitCode = message.exitCode;
    else if (message?.type === "code") threadCode.keep(shared(message.code));
    else this.#events.message(message);
  }

  #heardBell(): void {
    this.#drainOutcomes();
    this.#events.drained();
  }

  /** After the outcomes that the worker had given before. */
  #takeMessage(take: () => void): void {
    this.#inHand.push(take);
    const taken = this.#taken;
    this.#view.drain(this.#take, taken);
    while (this.#inHand.length > 0) this.#takeInHand();
  }

  #takeInHand(): boolean {
    const take = this.#inHand.shift();
    if (!take) return false;
    this.#taken += 1;
    take();
    return true;
  }

  #drainOutcomes(): void {
    this.#view.drain(this.#take);
  }
}

/** Every thread that starts is given the same memory. */
function shared({ text, data }: CompiledCode): CompiledCode {
  const share = (bytes: Uint8Array): Uint8Array => {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copy.set(bytes);
    return copy;
  };
  return { text: share(text), data: share(data) };
}
