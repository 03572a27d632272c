import { monotonicNow } from "../clock.js";
import { longestTimer } from "../deadline.js";

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
  timer: NodeJS.Timeout;
}

/** Timers that go off also while the thread blocks: whoever blocks calls {@link ringDue}. None of them keeps the program open. */
export class Alarms {
  readonly #alarms = new Set<Alarm>();

  /** Calls `ring` after some ms, unless the returned function is called first. */
  set(ms: number, ring: () => void): () => void {
    if (ms === Number.POSITIVE_INFINITY) return () => {};
    const alarm: Alarm = { at: monotonicNow() + ms, ring, timer: undefined as unknown as NodeJS.Timeout };
    const arm = (): void => {
      // setTimeout may fire up to 1 ms early by this clock, and long delays come in several pieces.
      const left = alarm.at - monotonicNow();
      alarm.timer = setTimeout(() => (alarm.at <= monotonicNow() ? this.#ring(alarm) : arm()), Math.min(Math.max(Math.ceil(left), 0), longestTimer));
      alarm.timer.unref(); // the worker that it is about keeps the program open
    };
    this.#alarms.add(alarm);
    arm();
    return () => {
      this.#alarms.delete(alarm);
      clearTimeout(alarm.timer);
    };
  }

  /** ms until the next goes off; `Infinity` if there is none. */
  get untilNext(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#alarms) next = Math.min(next, at);
    return next - monotonicNow();
  }

  ringDue(): void {
    const now = monotonicNow();
    for (const alarm of [...this.#alarms]) if (alarm.at <= now) this.#ring(alarm);
  }

  #ring(alarm: Alarm): void {
    if (!this.#alarms.delete(alarm)) return;
    clearTimeout(alarm.timer);
    alarm.ring();
  }
}
