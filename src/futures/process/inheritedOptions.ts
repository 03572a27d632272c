/** Options that say what this program runs, not how; with a value of their own in the next argument or after `=`. */
const withValue = new Set(["-e", "--eval", "-p", "--print", "-pe", "--input-type", "-c", "--check"]);
/** Options whose effect must not be doubled: an inspector's port, a watcher, a test runner. */
const alone = /^--(inspect|watch|test)(-|=|$)/;

/**
 * The Node options of this process that a worker process should have too. Without `--eval`, above all: with it the worker would run
 * the program again, which starts a worker, and so on.
 * @param execArgv as `process.execArgv`.
 */
export function inheritedOptions(execArgv: readonly string[]): string[] {
  const inherited: string[] = [];
  for (let i = 0; i < execArgv.length; i += 1) {
    const option = execArgv[i] as string;
    if (withValue.has(option)) i += 1;
    else if (!withValue.has(option.split("=")[0] as string) && !alone.test(option)) inherited.push(option);
  }
  return inherited;
}
