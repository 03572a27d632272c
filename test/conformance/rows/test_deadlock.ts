import { adapted, applies, both, processes, rowsOf } from "./row.js";

export const testDeadlock = rowsOf("test_deadlock", [
  applies("error_at_task_pickle", both, "an argument that cannot be sent fails its own future"),
  adapted(
    "exit_at_task_unpickle",
    both,
    "the worker exits while it makes the task out of its message: broken, no hang",
    "no user code runs there: the module of the task exits while it is imported",
  ),
  adapted("error_at_task_unpickle", both, "the worker cannot make the arguments out of their message", "that future alone fails, the pool lives"),
  adapted(
    "crash_at_task_unpickle",
    processes,
    "the worker crashes while it makes the task out of its message: broken, no hang",
    "no user code runs there: the module of the task aborts while it is imported",
  ),
  adapted(
    "crash_during_func_exec_on_worker",
    processes,
    "a task that crashes its worker: broken",
    "process.abort(); processes only, since a thread would take the program with it",
  ),
  adapted("exit_during_func_exec_on_worker", both, "sys.exit() in a task is its error, SystemExit", "process.exit() cannot be caught: broken"),
  applies("error_during_func_exec_on_worker", both, "an error of a task is the error of its future"),
  adapted("crash_during_result_pickle_on_worker", processes, "the worker crashes while it sends the result: broken", "a getter that aborts"),
  adapted("exit_during_result_pickle_on_worker", both, "the worker exits while it sends the result: SystemExit", "a getter that exits: broken"),
  applies("error_during_result_pickle_on_worker", both, "a result that cannot be sent fails its own future"),
  adapted(
    "error_during_result_unpickle_in_result_handler",
    both,
    "a result that cannot be made out of its message: broken",
    "that future alone fails, the pool and the program live",
  ),
  adapted(
    "exit_during_result_unpickle_in_result_handler",
    both,
    "a result that exits while it is made out of its message: broken",
    "a registered error class is rebuilt without its constructor, so nothing can exit: the future has that error",
  ),
  applies("shutdown_deadlock", both, "a worker that crashes after the call of shutdown: broken, and shutdown returns"),
  applies("shutdown_deadlock_pickle", both, "an argument that cannot be sent, then shutdown without waiting: its own error, and the pool ends"),
  applies("crash_big_data", both, "a crash with more data in flight than a pipe holds: broken"),
  adapted(
    "gh105829_should_not_deadlock_if_wakeup_pipe_full",
    both,
    "100 submits while nobody reads do not block",
    "10,000 submits in one turn while the worker does not answer; both pools",
  ),
]);
