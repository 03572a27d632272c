/**
 * A worker of a cluster: takes tasks from the queue and runs them on a pool of this machine.
 *
 *   queue ─► job ─► open the frame (whose is it?) ─► fetch the program, once ─► pool ─► seal the result ─┬─► to its submitter, at once
 *                        └ refused: told on stderr, and nothing of it is read                                └─► kept with the job
 */
import os from "node:os";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { deserializeThrown, serializeValue, type TaskOutput, TimeoutError } from "../../futures/index.js";
import { Blobs } from "../engine/blobs.js";
import { type ConnectionOptions, serverOf } from "../engine/connection.js";
import { contextOf, keyPrefix, keysOf, nameWithoutColon, programKey, valueKey } from "../engine/names.js";
import type { PromptWorker } from "../engine/promptWorker.js";
import { ClusterConfigError, NotTrustedError, TaskLostError } from "../errors.js";
import { type ControlContent, type MessageContent, read, type TaskContent, write } from "../messages.js";
import { type IdentityOptions, sealOf } from "../security/identity.js";
import { PairKeys, type Peer, sealForPeers } from "../security/pairs.js";
import type { Seal } from "../security/seal.js";
import { Admission } from "./admission.js";
import { EndedTasks } from "./endedTasks.js";
import { unlessAway } from "./farewell.js";
import { ProgramCache } from "./programCache.js";
import { Reports } from "./reports.js";
import { RunningTask } from "./runningTask.js";
import { Submitters } from "./submitters.js";
import { makeTaskPool, type TaskPool } from "./taskPool.js";
import { TaskRunner } from "./taskRunner.js";

/** ms for which a job is this worker's without a sign of life; then another takes it. Checked twice in that time. */
const lockDuration = 6_000;
/** ms between two looks whether the submitters of running tasks are there; one that is missing twice is gone. */
const lookEvery = 5_000;

export interface ClusterWorkerOptions extends ConnectionOptions, IdentityOptions {
  /** Name of the queue. */
  queue: string;
  /** Where tasks run. Default `processes`. */
  kind?: "threads" | "processes" | undefined;
  /** Tasks at a time. Default as many as the machine has processors. */
  slots?: number | undefined;
  /** Default the name of the host and the number of the process. */
  name?: string | undefined;
  /** ms between the signal to a task that is to stop and the end of its thread or process. Default 1000. */
  stopGrace?: number | undefined;
  /** ms for which results are kept for a submitter that does not take them. Default an hour. */
  resultTtl?: number | undefined;
  /** Gets what is worth telling, a line each: refusals, lost connections. Default stderr. */
  onLog?: ((line: string) => void) | undefined;
}

export class ClusterWorker {
  readonly name: string;
  readonly #options: ClusterWorkerOptions;
  readonly #seal: Seal;
  readonly #keys: ReturnType<typeof keysOf>;
  readonly #context: ReturnType<typeof contextOf>;
  readonly #pool: TaskPool;
  readonly #kind: "threads" | "processes";
  readonly #slots: number;
  readonly #libraryUrl: string;
  /** By the ids of their jobs. */
  readonly #running = new Map<string, RunningTask>();
  readonly #endedTasks = new EndedTasks();
  readonly #pairKeys: PairKeys | undefined;
  #submitters: Submitters | undefined;
  #admission: Admission | undefined;
  #worker: PromptWorker | undefined;
  #client: Redis | undefined;
  #control: Redis | undefined;
  #programs: ProgramCache | undefined;
  #runner: TaskRunner | undefined;
  #reports: Reports | undefined;
  #done = 0;
  #lookout: NodeJS.Timeout | undefined;
  #ended: Promise<void> | undefined;

  /**
   * @param libraryUrl `file:` URL of the library that tasks get when they import it.
   * @throws ClusterConfigError, TypeError, RangeError for options that cannot work.
   */
  constructor(options: ClusterWorkerOptions, libraryUrl: string) {
    const { queue, kind = "processes", slots = os.availableParallelism(), name = `${os.hostname()}-${process.pid}`, stopGrace = 1_000 } = options;
    if (typeof queue !== "string" || !nameWithoutColon.test(queue)) throw new ClusterConfigError("queue has to be a name without colons and spaces");
    this.#options = options;
    this.#seal = sealOf(options, serverOf(options));
    if (this.#seal.knowsSigners) this.#pairKeys = new PairKeys();
    this.#keys = keysOf(queue);
    this.#context = contextOf(queue);
    this.#libraryUrl = libraryUrl;
    this.name = name;
    this.#kind = kind;
    this.#slots = slots;
    this.#pool = makeTaskPool({ kind, slots, name, stopGrace, onOutput: (output) => this.#printed(output) });
  }

  /** Resolves when the worker takes tasks. Rejects if the server cannot be reached within 10 s, or is none that will do. */
  async start(): Promise<void> {
    const server = serverOf(this.#options);
    const { Redis: Client, PromptWorker: JobWorker } = await import("../engine/bullmqPackage.js");
    const client = new Client(server.options);
    const control = new Client(server.options);
    this.#client = client;
    this.#control = control;
    for (const connection of [client, control]) connection.on("error", (error) => this.#log(`${server.place}: ${error.message || String(error)}`));
    await reachable(client, server.place);
    const blobs = new Blobs(client, valueKey);
    this.#programs = new ProgramCache(new Blobs(client, programKey), this.#libraryUrl);
    this.#runner = new TaskRunner({ pool: this.#pool, programs: this.#programs, blobs, resultTtl: this.#options.resultTtl ?? 3_600_000 });
    const [seal, context, pairKeys] = [this.#seal, this.#context, this.#pairKeys];
    this.#submitters = new Submitters({ client, keys: this.#keys, context, seal, pairKeys });
    const ask = (submitter: string, id: string): void => this.#tell(submitter, { type: "unsealed", id });
    this.#admission = new Admission({ seal, context, pairKeys, submitters: this.#submitters, ask });
    await control.subscribe(this.#keys.control);
    control.on("messageBuffer", (_channel, frame) => this.#heard(frame));
    const worker = new JobWorker(this.#options.queue, (job: Job) => this.#process(job), {
      connection: server.options,
      prefix: keyPrefix,
      name: this.name,
      concurrency: this.#slots,
      lockDuration,
      stalledInterval: lockDuration / 2,
      maxStalledCount: 1_000_000, // how often a task may be started again, it says itself
    });
    this.#worker = worker;
    worker.on("error", (error) => this.#log(error.message));
    worker.on("lockRenewalFailed", (ids: string[]) => this.#lost(ids));
    await worker.waitUntilReady();
    this.#reports = new Reports(
      client,
      this.#keys,
      (content) => this.#seal.seal(this.#context.report(this.name), write(content)),
      () => ({
        name: this.name,
        host: os.hostname(),
        pid: process.pid,
        kind: this.#kind,
        slots: this.#slots,
        running: this.#running.size,
        done: this.#done,
        load: os.loadavg()[0] ?? 0,
        nodeVersion: process.version,
        state: this.#ended ? "draining" : "working",
        ...(pairKeys ? { pairKey: pairKeys.publicKey } : {}),
      }),
    );
    await this.#reports.tell();
    this.#lookout = setInterval(() => void this.#lookForSubmitters(), lookEvery);
  }

  /** Takes no more tasks, and resolves when those that run are done and everything is closed. */
  drain(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /** Ends what runs, at once; their jobs are for others to start again, or not. */
  async kill(): Promise<void> {
    await this.#pool.pool.killWorkers();
    await this.drain();
  }

  async #end(): Promise<void> {
    void this.#reports?.tell();
    const isAway = (): boolean => this.#client?.status !== "ready" && this.#running.size === 0;
    if (this.#worker) await unlessAway(this.#worker.close(), isAway);
    clearInterval(this.#lookout);
    await this.#pool.pool.shutdown();
    if (this.#reports) await unlessAway(this.#reports.end(), isAway);
    this.#control?.disconnect();
    this.#client?.disconnect();
    this.#programs?.dispose();
  }

  async #process(job: Job): Promise<string> {
    const id = job.id as string;
    let task: TaskContent;
    let peer: Peer | undefined;
    try {
      const admitted = await (this.#admission as Admission).admit(id, Buffer.from(job.data as string, "base64"));
      task = read<TaskContent>(admitted.content);
      peer = admitted.peer;
    } catch (error) {
      const { UnrecoverableError } = await import("../engine/bullmqPackage.js");
      const isKnown = error instanceof NotTrustedError || error instanceof TaskLostError;
      const reason = isKnown ? error.message : "it cannot be read";
      this.#log(`refused task ${id}: ${reason}`);
      throw new UnrecoverableError(error instanceof TaskLostError ? reason : `refused by ${this.name}: ${reason}`);
    }
    const running = this.#hold(id, task, peer);
    try {
      const runner = this.#runner as TaskRunner;
      const refusal = await this.#refusalOf(id, task, job.attemptsStarted);
      const result = refusal
        ? await runner.failed(refusal)
        : await runner.run(task, running, () => this.#running.size === 1 && !this.#worker?.hasMany);
      const frame = this.#sealFor(peer, this.#context.result(id), write(result));
      // At once: what the queue has to do yet at the end of a job is not the submitter's to wait for.
      this.#publish(task.submitter, Buffer.concat([Buffer.from(`R${id}\0`), frame]));
      return frame.toString("base64");
    } finally {
      running.end();
      this.#running.delete(id);
      this.#done += 1;
      this.#endedTasks.add(id, task.notAfter);
    }
  }

  #hold(id: string, { submitter, orphan }: TaskContent, peer: Peer | undefined): RunningTask {
    const running = new RunningTask({
      id,
      submitter,
      peer,
      orphan,
      pool: this.#pool,
      started: (task, worker) => this.#tellOf(task, { type: "started", id, worker: `${this.name}/${worker.slice(worker.lastIndexOf("-") + 1)}` }),
      progress: (task, value) => this.#tellOf(task, { type: "progress", id, value: serializeValue(value, "progress") }),
    });
    this.#running.set(id, running);
    return running;
  }

  /** Why a task is not to be run here, if so. */
  async #refusalOf(id: string, { notAfter, retries, orphan, submitter }: TaskContent, starts: number): Promise<Error | undefined> {
    if (starts > 1 + retries)
      return new TaskLostError(
        `a worker was lost while it had this task, which it may have run in part${retries > 0 ? `, and so were ${retries} more` : ""}: with retries: ${retries + 1} it would be started again`,
      );
    if (this.#endedTasks.has(id) && starts <= 1) return new TaskLostError("the task was stopped before it started, or it has come a second time");
    if (Date.now() > notAfter)
      return new TimeoutError("the task had not started when its time to be started was over: no worker was free until then");
    if (orphan === "drop" && !(await this.#submitters?.isThere(submitter)))
      return new TaskLostError("the program that has submitted the task was gone before it started");
    return undefined;
  }

  /** What nobody waits for any more must not keep others from this worker's places. */
  async #lookForSubmitters(): Promise<void> {
    const submitters = new Set([...this.#running.values()].flatMap(({ submitter, orphan }) => (orphan === "drop" ? [submitter] : [])));
    const gone = await this.#submitters?.gone(submitters).catch(() => undefined);
    for (const task of this.#running.values()) {
      if (!gone?.has(task.submitter) || task.stopped) continue;
      this.#log(`stopped task ${task.id}: the program that has submitted it is gone`);
      task.stop(new TaskLostError("the program that has submitted the task is gone"));
    }
  }

  #heard(frame: Buffer): void {
    let message: ControlContent;
    try {
      message = read<ControlContent>(this.#seal.open(this.#context.control, frame));
    } catch (error) {
      this.#log(`refused a message: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    if (message.type === "vouch") {
      this.#admission?.vouched(message.id, message.digest);
      return;
    }
    this.#admission?.stopped(message.id);
    const running = this.#running.get(message.id);
    if (running) running.stop(deserializeThrown(message.reason));
    else this.#endedTasks.add(message.id);
  }

  /** Another worker may have them by now: what they would come to here nobody may wait for. */
  #lost(ids: readonly string[]): void {
    for (const id of ids) {
      this.#log(`lost the hold of task ${id}: the server could not be reached in time`);
      this.#running.get(id)?.stop(new TaskLostError("the worker has lost its hold of the task: the server could not be reached in time"));
    }
  }

  #printed({ stream, text, task }: TaskOutput): void {
    const running = task === undefined ? undefined : [...this.#running.values()].find(({ future }) => future?.id === task);
    if (running) this.#tellOf(running, { type: "output", id: running.id, worker: this.name, stream, text });
    else process[stream].write(text);
  }

  #tellOf({ submitter, peer }: RunningTask, message: MessageContent): void {
    this.#tell(submitter, message, peer);
  }

  #tell(submitter: string, message: MessageContent, peer?: Peer): void {
    const frame = this.#sealFor(peer, this.#context.message(submitter), write(message));
    this.#publish(submitter, Buffer.concat([Buffer.from("M"), frame]));
  }

  #sealFor(peer: Peer | undefined, context: string, content: Buffer): Buffer {
    if (!peer || !this.#pairKeys) return this.#seal.seal(context, content);
    return sealForPeers(context, content, this.#pairKeys.id, [peer]).frame;
  }

  /** What is lost on its way, or with the connection, the submitter asks the queue about. */
  #publish(submitter: string, bytes: Buffer): void {
    void this.#client?.publish(this.#keys.inbox(submitter), bytes as unknown as string).catch(() => {});
  }

  #log(line: string): void {
    (this.#options.onLog ?? ((text) => process.stderr.write(`futures worker ${this.name}: ${text}\n`)))(line);
  }
}

/** @throws ClusterConfigError if the server does not answer, or is none that will do. */
async function reachable(client: Redis, place: string): Promise<void> {
  const patience = 10_000;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ClusterConfigError(`${place} has not answered within ${patience / 1000} s`)), patience);
  });
  try {
    await Promise.race([client.ping(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
