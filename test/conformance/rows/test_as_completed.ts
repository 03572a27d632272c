import { adapted, applies, both, rowsOf } from "./row.js";

export const testAsCompleted = rowsOf("test_as_completed", [
  applies("no_timeout", both, "every future given comes out"),
  applies("future_times_out", both, "with timeouts of 0 and 100 ms only the finished ones come, then TimeoutError"),
  applies("duplicate_futures", both, "an iterable of three times the same future gives it once"),
  adapted("free_reference_yielded_future", both, "a future that was given can be collected during the iteration", "WeakRef and V8's gc()"),
  applies("correct_timeout_exception_msg", both, "the error says: 2 (of 4) futures unfinished"),
]);
