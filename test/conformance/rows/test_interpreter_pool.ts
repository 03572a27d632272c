import { adapted, applies, notApplicable, rowsOf, threads } from "./row.js";

const noScripts = "source text is no task; CPython itself expects this test to fail";

export const testInterpreterPool = rowsOf("test_interpreter_pool", [
  notApplicable("init_script", "a script as initializer", noScripts),
  notApplicable("init_script_args", "a script as initializer takes no initargs", noScripts),
  applies("init_func", threads, "the initializer runs in the worker, before the first task"),
  applies("init_with___main___global", threads, "an initializer of the main module changes the worker's global, not the program's"),
  adapted(
    "init_closure",
    threads,
    "an initializer that is a closure: broken, and the reason is told",
    "the reason names the variable, when the first worker starts",
  ),
  adapted(
    "init_instance_method",
    threads,
    "an initializer that is a bound method: broken, and the reason is told",
    "refused by the constructor of the pool",
  ),
  notApplicable("init_exception_in_script", "a script as initializer fails", noScripts),
  applies("init_exception_in_func", threads, "an initializer that fails: broken, and the reason is told"),
  notApplicable("submit_script", "a script as task", noScripts),
  adapted("submit_closure", threads, "a closure as task is an error of its future", "the error names the variable and what to do"),
  adapted("submit_local_instance", threads, "a local class as task is an error of its future", "the error says that a class cannot be called"),
  adapted("submit_instance_method", threads, "a bound method as task is an error of its future", "a TypeError of submit itself"),
  applies("submit_func_globals", threads, "a function runs with the globals of its own module"),
  notApplicable("submit_exception_in_script", "a script as task fails", noScripts),
  applies("submit_exception_in_func", threads, "type, message and what happened in the worker reach the future"),
  applies("saturation", threads, "60 blocked tasks start exactly 4 threads"),
  applies("blocking", threads, "ten blocking tasks get through, however many threads there are"),
  applies("blocking_with_limited_workers", threads, "ten blocking tasks get through 4 threads"),
  applies("idle_thread_reuse", threads, "three tasks one after another use one thread"),
  applies("pickle_errors_propagate", threads, "arguments that cannot be rebuilt in the worker are an error of the future, no hang"),
  adapted("no_stale_references", threads, "skipped there", "an argument is let go on the side of the program, also one that was transferred"),
  adapted("free_reference", threads, "skipped there", "the iterator of map keeps no result that it has given, nor does the pool"),
  adapted("run_in_executor", threads, "the event loop gets the result of another interpreter", "result() is the bridge to promises"),
  adapted("run_in_executor_cancel", threads, "after a cancel nothing is called later", "cancel() and an AbortSignal; no callback comes late"),
  adapted("default_executor", threads, "the event loop's default executor", "there is no pool of the module: one made with no options works"),
]);
