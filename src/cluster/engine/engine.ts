/** What an executor needs of an engine. BullMQ is behind it; another one would implement this, and nothing above would change. */
import type { Bytes } from "../messages.js";

export interface JobRequest {
  readonly id: string;
  /** For people who look at the queue. */
  readonly name: string;
  readonly frame: Buffer;
  /** Any integer; of higher ones workers take first. */
  readonly priority: number;
}

/** Where a job is, as the queue knows. */
export type JobState =
  | { readonly state: "waiting" }
  | { readonly state: "active" }
  | { readonly state: "finished"; readonly frame: Buffer }
  /** By the queue or a worker, and not by the task. */
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "gone" };

export interface EngineEvents {
  /** A frame of a worker about a task that goes on. */
  message(frame: Buffer): void;
  /** The frame of a task's result. */
  result(id: string, frame: Buffer): void;
  /** The connection was lost, or is there again. */
  connected(isConnected: boolean): void;
}

/** A report of a worker, as it was signed. */
export interface WorkerReport {
  readonly name: string;
  readonly frame: Buffer;
}

export interface Engine {
  add(jobs: readonly JobRequest[]): Promise<void>;
  /** Takes back what no worker has taken. @returns whether it was there to be taken back. */
  remove(id: string): Promise<boolean>;
  stateOf(id: string): Promise<JobState>;
  /** To all workers. */
  tellWorkers(frame: Buffer): void;
  store(bytes: Uint8Array): Promise<Bytes>;
  /** A program, kept for longer. @returns its hash. */
  storeProgram(bytes: Buffer): Promise<string>;
  load(bytes: Bytes, what: string): Promise<Uint8Array>;
  workers(): Promise<WorkerReport[]>;
  /** Says that this submitter is there, for so many ms. @param hello what workers read of it. */
  beat(hello: Buffer, ms: number): Promise<void>;
  /** Whether the connections keep the program from ending. */
  hold(held: boolean): void;
  close(): Promise<void>;
}
