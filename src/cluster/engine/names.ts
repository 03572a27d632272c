/** Names of keys and channels on the server. Those of BullMQ begin with `futures:<queue>:`, too. */
export const keyPrefix = "futures";

/** What is in a name of BullMQ's is a part of its own for it, so a queue's name and a job's id have none. */
export const nameWithoutColon = /^[^:\s]{1,200}$/;

export const keysOf = (queue: string) => ({
  /** Stop messages to all workers. */
  control: `${keyPrefix}:${queue}:x:control`,
  /** Messages to one submitter. */
  inbox: (submitter: string) => `${keyPrefix}:${queue}:x:to:${submitter}`,
  /** There as long as the submitter is: its key for secrets of two, signed. */
  submitter: (submitter: string) => `${keyPrefix}:${queue}:x:submitter:${submitter}`,
  /** Ids of workers, by the time of their last report. */
  workers: `${keyPrefix}:${queue}:x:workers`,
  worker: (worker: string) => `${keyPrefix}:${queue}:x:worker:${worker}`,
});

/** By the SHA-256 of their bytes. Apart, so that a server can let workers read programs and write none. */
export const programKey = (hash: string): string => `${keyPrefix}:program:${hash}`;
export const valueKey = (hash: string): string => `${keyPrefix}:value:${hash}`;

/** What frames are and for whom, as they are signed. */
export const contextOf = (queue: string) => ({
  task: (id: string) => `task ${queue} ${id}`,
  result: (id: string) => `result ${queue} ${id}`,
  message: (submitter: string) => `message ${queue} ${submitter}`,
  control: `control ${queue}`,
  report: (worker: string) => `report ${queue} ${worker}`,
  hello: (submitter: string) => `hello ${queue} ${submitter}`,
  /** What a secret of two is for. */
  pair: `pair ${queue}`,
});
