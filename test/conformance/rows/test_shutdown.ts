import { adapted, applies, both, processes, rowsOf, threads } from "./row.js";

export const testShutdown = rowsOf("test_shutdown", [
  applies("run_after_shutdown", both, "submit is refused after shutdown"),
  applies("interpreter_shutdown", both, "a program that ends without shutdown still gets the output of its task, and nothing on stderr"),
  adapted("submit_after_interpreter_shutdown", both, "submit in a late exit hook is refused with that message", 'a hook of process.on("exit")'),
  applies("hang_issue12364", both, "50 tasks, then shutdown: all finish"),
  applies("cancel_futures", both, "most of 50 are cancelled, the others finish clean, at least one ran; wait() sees all of them done"),
  applies("hang_gh83386", both, "shutdown without waiting, a task running: the program ends after the task"),
  applies("hang_gh94440", both, "submit, cancel at once, shutdown: no hang"),
  applies("threads_terminate", threads, "three blocked tasks have three threads; all are gone after shutdown"),
  applies("processes_terminate", processes, "three blocked tasks have three processes; all are gone after shutdown"),
  applies("context_manager_shutdown.thread", threads, "map within await using; the threads are gone after it"),
  applies("context_manager_shutdown.process", processes, "map within await using; the processes are gone after it"),
  adapted("del_shutdown.thread", threads, "an executor that is dropped finishes its work, and its threads end", "a program with --expose-gc"),
  adapted("del_shutdown.process", processes, "an executor that is dropped finishes its work, and its processes end", "a program with --expose-gc"),
  applies("shutdown_no_wait.thread", threads, "after shutdown without waiting all queued results are there, and the threads go"),
  applies("shutdown_no_wait.process", processes, "after shutdown without waiting all queued results are there, and the processes go"),
  applies("thread_names_assigned", threads, "threads are called <name>-<number>"),
  applies("thread_names_default", threads, "threads are called ThreadPoolExecutor-<pool>-<number> without a name"),
  applies("cancel_futures_wait_false", both, "shutdown without waiting and with cancelFutures: the program ends clean, its task has run or not"),
  applies(
    "shutdown_gh_132969_case_1",
    processes,
    "a failing task, one task a worker, shutdown without waiting, 2 workers: no hang, no internal error",
  ),
  applies("shutdown_gh_132969_case_2", processes, "the same with 4 workers"),
]);
