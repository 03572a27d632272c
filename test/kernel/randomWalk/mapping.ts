import assert from "node:assert/strict";
import { BrokenExecutor, CancelledError, type MapOptions, ShutdownError, WorkerDiedError } from "concurrent-futures";
import * as fc from "fast-check";
import type { Model } from "./model.js";
import { type World, work } from "./world.js";

interface Mapping {
  count: number;
  /** Steps after which the loop is left. */
  take: number;
  options: MapOptions;
}

/** What `map` gives at one step: the number of its call, with what became of it. */
type Given = { readonly kind: "value" | "error"; readonly n: number } | { readonly kind: "interference" | "end" };

/** The command `map`: submits now, and takes the results beside the commands that follow. */
export const mapping = fc
  .record<Mapping>({
    count: fc.nat({ max: 6 }),
    take: fc.constantFrom(1, 2, 99, 99),
    options: fc.record<MapOptions>({
      chunksize: fc.constantFrom<(number | "auto")[]>(1, 2, 3, "auto"),
      buffersize: fc.constantFrom(undefined, undefined, 1, 2),
      ordered: fc.boolean(),
      returnExceptions: fc.constantFrom(false, false, true),
      onError: fc.constantFrom("stop", "continue"),
    }),
  })
  .map((given) => ({ ...given, act: (model: Model, world: World): void => map(given, model, world) }));

function map({ count, take, options }: Mapping, model: Model, world: World): void {
  const first = model.tasks.length;
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  let iterator: AsyncIterator<unknown>;
  try {
    iterator = world.pool.map(
      work.item,
      numbers.map((n) => world.board.call(n, 0)),
      options,
    );
    assert.ok(!model.closed, "map after shutdown");
  } catch (error) {
    assert.ok((error instanceof ShutdownError && model.closed) || (error instanceof BrokenExecutor && model.mayBreak), String(error));
    return;
  }
  for (const n of numbers) {
    const task = model.add("item");
    assert.equal(task.n, n);
    // With a buffer it is submitted some time later.
    if (options.buffersize !== undefined) task.inOrder = false;
  }
  world.spawn(async () => {
    const given: Given[] = [];
    while (given.length < take && given.at(-1)?.kind !== "end") given.push(await stepOf(iterator, model));
    await iterator.return?.();
    assert.equal((await iterator.next()).done, true);
    const disturbed = model.closed || model.deathly;
    if (disturbed) judgeDisturbed(given, numbers);
    else judge(given, numbers, take, options);
  });
}

async function stepOf(iterator: AsyncIterator<unknown>, model: Model): Promise<Given> {
  const errorOf = (error: unknown): Given => {
    const n = error instanceof RangeError ? /^task (\d+)$/.exec(error.message)?.[1] : undefined;
    if (n !== undefined) return { kind: "error", n: Number(n) };
    const known = [BrokenExecutor, WorkerDiedError, CancelledError, ShutdownError].some((Class) => error instanceof Class);
    assert.ok(known && (model.closed || model.deathly), `map gave ${String(error)}`);
    return { kind: "interference" };
  };
  try {
    const { done, value } = await iterator.next();
    if (done) return { kind: "end" };
    return value instanceof Error ? errorOf(value) : { kind: "value", n: (value as number) / 2 };
  } catch (error) {
    return errorOf(error);
  }
}

const fails = (n: number): boolean => n % 5 === 4;

function judge(given: readonly Given[], numbers: readonly number[], take: number, { ordered, returnExceptions, onError }: MapOptions): void {
  const got = given.flatMap((one) => ("n" in one ? [one.n] : []));
  for (const one of given) if ("n" in one) assert.equal(one.kind, fails(one.n) ? "error" : "value");
  assert.equal(new Set(got).size, got.length, `map gave twice: ${got.join()}`);
  assert.ok(got.every((n) => numbers.includes(n)));
  const stops = onError === "stop" && !returnExceptions;
  const order = ordered ? numbers : [...got, ...numbers.filter((n) => !got.includes(n))];
  const last = stops ? order.findIndex(fails) : -1;
  assert.deepEqual(got, (last < 0 ? order : order.slice(0, last + 1)).slice(0, take));
}

/** A call may be lost, but none is given twice, and in no other way than its own. */
function judgeDisturbed(given: readonly Given[], numbers: readonly number[]): void {
  const got = given.flatMap((one) => ("n" in one ? [one] : []));
  assert.equal(new Set(got.map(({ n }) => n)).size, got.length);
  for (const { n, kind } of got) assert.ok(numbers.includes(n) && kind === (fails(n) ? "error" : "value"), `map gave ${n} as ${kind}`);
}
