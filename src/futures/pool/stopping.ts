/** What stops a task that has not ended: its `signal`, its `timeout`. Step 6 of the life of a task, told at the head of `scheduler.ts`. */
import { TimeoutError } from "../errors.js";
import { addWaiter } from "../future.js";
import { encodeThrown } from "../transfer/errors.js";
import type { AbortListeners } from "./abortListeners.js";
import type { Alarms } from "./alarms.js";
import type { Task } from "./task.js";
import type { CallQueue } from "./transport.js";
import type { WorkerSet } from "./workerSet.js";

export interface StopOptions {
  readonly workers: WorkerSet;
  readonly calls: CallQueue | undefined;
  readonly alarms: Alarms;
  readonly aborts: AbortListeners;
  /** ms between the abort signal and the end of the worker. */
  readonly grace: number;
  readonly cloneable: (value: unknown) => boolean;
  /** Called when a worker has been told to end: another may take its place at once. */
  readonly replace: () => void;
}

/** Stops the task when the signal is aborted, with the signal's reason; lets go of the signal when the task is done. */
export function stopOnAbort(task: Task, signal: AbortSignal, options: StopOptions): void {
  task.future[addWaiter](options.aborts.add(signal, () => stop(task, signal.reason, options)));
}

/** Stops the task when it has run for `timeout` ms from now; then it has failed, also if it still returns something. */
export function stopAfter(task: Task, timeout: number, options: StopOptions): void {
  const callOff = options.alarms.set(Math.max(timeout, 0), () => {
    const reason = new TimeoutError(`${task.fn.to.name} ran longer than ${timeout} ms and was stopped`);
    const worker = options.workers.holderOf(task);
    if (worker) worker.expired = { task, reason };
    stop(task, reason, options);
  });
  task.future[addWaiter](callOff);
}

/** A task that has not started is cancelled. One that a worker holds hears of it, and if it has not ended after the grace time its worker does. */
export function stop(task: Task, reason: unknown, options: StopOptions): void {
  const { workers, calls, alarms, grace, cloneable, replace } = options;
  const worker = workers.holderOf(task);
  const { call } = task;
  task.future.cancel();
  if (!worker) {
    if (task.future.done()) return;
    // Some worker has just started it, and which one is not known yet; or that one died before it did, and the task waits for another.
    if (call >= 0 && calls?.holder(call) === undefined) calls?.settle(() => stop(task, reason, options));
    else if (call < 0 && !task.worker) task.future.setException(reason);
    return;
  }
  const stamp = call < 0 ? undefined : calls?.stamp(call);
  const isHeld = (): boolean => worker.state === "ready" && (stamp === undefined ? worker.assigned === task : calls?.stamp(call) === stamp);
  if (task.future.state === "RUNNING") worker.channel.send({ type: "abort", task: task.future.id, reason: encodeThrown(reason, cloneable) });
  const kill = (): void => {
    if (calls && stamp !== undefined) calls.settle(killNow);
    else killNow();
  };
  const killNow = (): void => {
    // What it has ended until now shall count, and nothing else shall begin in it.
    worker.channel.halt?.(true);
    worker.channel.drain?.();
    if (isHeld() && worker.channel.freeze?.(true)) {
      afterReading(() => {
        if (!isHeld()) worker.channel.freeze?.(false);
        else workers.condemn(worker, reason, undefined, task);
        replace();
      });
      return;
    }
    if (isHeld()) workers.condemn(worker, reason, undefined, task);
    else worker.channel.halt?.(false);
    replace();
  };
  if (grace === 0) kill();
  else alarms.set(grace, kill);
}

/** Calls back when all that has arrived is read: the event loop has been through once. */
function afterReading(act: () => void): void {
  setImmediate(() => setImmediate(act));
}
