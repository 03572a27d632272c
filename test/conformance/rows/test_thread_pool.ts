import { adapted, applies, notApplicable, rowsOf, threads } from "./row.js";

export const testThreadPool = rowsOf("test_thread_pool", [
  applies("map_submits_without_iteration", threads, "everything ran though nobody iterated"),
  adapted("default_workers", threads, "the default of maxWorkers", "os.availableParallelism(): our threads are there to compute"),
  applies("saturation", threads, "60 blocked tasks start exactly 4 threads"),
  applies("idle_thread_reuse", threads, "three tasks one after another use one thread"),
  notApplicable("hang_global_shutdown_lock", "a forked child does not hang on a lock held at the fork", "Node has no fork without exec"),
  notApplicable("process_fork_from_a_threadpool", "a process forked from a pool's thread ends", "Node has no fork without exec"),
  applies("executor_map_current_future_cancel", threads, "map with timeout 0 on a busy pool: neither of its items ever runs"),
]);
