import { adapted, applies, both, rowsOf } from "./row.js";

export const testWait = rowsOf("test_wait", [
  applies("20369", both, "the same future given twice is once in done, without a hang"),
  adapted("first_completed", both, "the quick one is done, the slow one is not", "a cancelled future is done at once, so it ends the wait by itself"),
  applies("first_completed_some_already_completed", both, "returns at once with all that are done already"),
  applies("first_exception", both, "returns at the failure; done holds the success before it too"),
  adapted(
    "first_exception_some_already_complete",
    both,
    "futures that are done or cancelled do not end the wait, a new failure does",
    "the future cancelled a moment ago is in done",
  ),
  applies("first_exception_one_already_failed", both, "returns at once if one has failed already"),
  applies("all_completed", both, "success, failure and cancellation are all in done"),
  applies("timeout", both, "after the timeout the unfinished one is in notDone, and nothing is thrown"),
  adapted(
    "pending_calls_race",
    both,
    "100 futures that finish together lose no wake-up",
    "one gate releases all; no thread switch interval to shorten; both pools",
  ),
]);
