import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type {
  AnswerEvent,
  ClusterSettings,
  ExecutorSettings,
  ExecutorsEvent,
  HelloMessage,
  KernelEvent,
  LogMessage,
  MessageFromKernel,
  MessageToKernel,
  SettledEvent,
  SubmitMessage,
  TaskEvent,
} from "../../../src/protocol/messages.js";
import type { Answer, Question } from "../../../src/protocol/questions.js";

export const repository = path.resolve(import.meta.dirname ?? ".", "../../..");
const settings: ExecutorSettings = { maxWorkers: 2, maxMemory: 0, stopGrace: 100, execArgv: [] };

const waitsForEver = { resultTimeout: 0, onTimeout: "keepRunning", priority: 0 } as const;

/** Speaks the protocol with a real kernel process, as the extension does. */
export class KernelDriver {
  readonly events: KernelEvent[] = [];
  readonly logs: LogMessage[] = [];
  readonly child: ChildProcess;
  readonly #arrived = new EventEmitter().setMaxListeners(0);
  readonly #storage = mkdtempSync(path.join(os.tmpdir(), "kernel-test-"));
  hello: HelloMessage | undefined;
  /** For the next {@link configure}. */
  clusters: readonly ClusterSettings[] = [];
  #tasks = 0;
  #questions = 0;

  constructor(readonly folder: string) {
    this.child = fork("dist/kernel/main.js", ["--own-group"], {
      cwd: process.cwd(),
      serialization: "advanced",
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child.on("message", (message) => this.#take(message as MessageFromKernel));
    this.child.on("exit", () => this.#arrived.emit("event"));
    this.configure({});
  }

  send(message: MessageToKernel): void {
    this.child.send(message);
  }

  configure(changes: Partial<ExecutorSettings>): void {
    this.send({
      type: "configure",
      settings: { ...settings, ...changes },
      clusters: this.clusters,
      watchesClusters: false,
      folder: this.folder,
      storage: this.#storage,
    });
  }

  /** Submits and returns the task's id. `file` is relative to the folder; `text` is its unsaved text. */
  submit(file: string, functionName: string, argumentsText = "", more: Partial<SubmitMessage> & { text?: string } = {}): string {
    const taskId = `task-${++this.#tasks}`;
    const { text, ...rest } = more;
    const full = path.join(this.folder, file);
    const overlay = text === undefined ? [] : [{ path: full, text }];
    this.send({ type: "submit", taskId, executor: "threads", file: full, functionName, argumentsText, overlay, ...waitsForEver, ...rest });
    return taskId;
  }

  /** Asks about the value of a task. */
  async ask(taskId: string, question: Question): Promise<Answer> {
    const questionId = ++this.#questions;
    this.send({ type: "ask", questionId, taskId, question });
    const isIt = (event: KernelEvent): event is AnswerEvent => event.type === "answer" && event.questionId === questionId;
    return (await this.until(() => this.events.find(isIt), `answer ${questionId}`)).answer;
  }

  /** Resolves to the event of the task, also if it has come already; rejects if the kernel dies before. */
  async event<T extends TaskEvent["type"]>(taskId: string, type: T): Promise<TaskEvent & { type: T }> {
    return this.until(
      () => this.events.find((event): event is TaskEvent & { type: T } => event.type === type && "taskId" in event && event.taskId === taskId),
      `${type} of ${taskId}`,
    );
  }

  settled(taskId: string): Promise<SettledEvent> {
    return this.event(taskId, "settled");
  }

  async run(...args: Parameters<KernelDriver["submit"]>): Promise<SettledEvent> {
    return this.settled(this.submit(...args));
  }

  typesOf(taskId: string): string[] {
    return this.events.filter((event) => "taskId" in event && event.taskId === taskId).map((event) => event.type);
  }

  outputOf(taskId: string): string {
    return this.events.map((event) => (event.type === "output" && event.taskId === taskId ? event.text : "")).join("");
  }

  get executors(): ExecutorsEvent["executors"] {
    return this.events.findLast((event) => event.type === "executors")?.executors ?? [];
  }

  get describedClusters(): ExecutorsEvent["clusters"] {
    return this.events.findLast((event) => event.type === "executors")?.clusters ?? [];
  }

  async until<V>(find: () => V | undefined | false, what: string): Promise<V> {
    for (;;) {
      const found = find();
      if (found) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`the kernel ended before: ${what}`);
      await once(this.#arrived, "event");
    }
  }

  async dispose(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, "exit");
      if (this.child.connected) this.child.disconnect();
      await exited;
    }
    rmSync(this.#storage, { recursive: true, force: true });
  }

  #take(message: MessageFromKernel): void {
    if (message.type === "hello") this.hello = message;
    else if (message.type === "log") this.logs.push(message);
    else this.events.push(...message.events);
    this.#arrived.emit("event");
  }
}
