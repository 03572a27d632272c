import { Future } from "concurrent-futures";

/** A future in each state, as CPython's tests keep one of each of their six. Made anew for each test, since some are changed by it. */
export class Futures {
  readonly pending = new Future<number>();
  readonly running = new Future<number>();
  readonly cancelled = new Future<number>();
  readonly failed = new Future<number>();
  readonly successful = new Future<number>();
  /** What `failed` failed with. */
  readonly failure = new RangeError("of a failed future");

  constructor() {
    this.running.setRunningOrNotifyCancel();
    this.cancelled.cancel();
    this.failed.setException(this.failure);
    this.successful.setResult(42);
  }

  /** In the order of their life. */
  get all(): Future<number>[] {
    return [this.pending, this.running, this.cancelled, this.failed, this.successful];
  }
}
