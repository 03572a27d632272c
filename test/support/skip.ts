/**
 * Skips the running test, or from a hook all tests of its suite, and has the reason printed beside it. Does not return.
 * @param context mocha's `this`.
 * @param reason What is missing, and where it would be had.
 */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.runnable() as Mocha.Runnable & { type?: string };
  const skipped: object | undefined = runnable.type === "hook" ? runnable.parent : runnable;
  Object.assign(skipped ?? runnable, { skipReason: reason });
  context.skip();
}
