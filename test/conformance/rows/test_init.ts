import { adapted, applies, both, processes, rowsOf, threads } from "./row.js";

export const testInit = rowsOf("test_init", [
  applies("initializer.success", both, "every worker has had its initargs"),
  applies("initializer.failure", both, "the future is a BrokenExecutor, so is every later submit, and the initializer's error is told"),
  adapted("spawn", processes, "a failed initializer leaks no resource", "no child process, handle or listener is left"),
  adapted("forkserver", threads, "a failed initializer leaks no resource", "there is one way to start a process: this row is the same for threads"),
]);
