/**
 * Random commands to real pools, against a model of what they must and may do. The walks are the same at every run, so that a change fails by what it
 * changed; FUTURES_SEED=random takes others. The seed is printed; to walk the same way again:
 *   FUTURES_SEED=<seed> [FUTURES_PATH=<path>] [FUTURES_COMMANDS=<replayPath>] [FUTURES_RUNS=<runs>] npm test -- kernel --grep "random walk on threads"
 * A failure tells all three. What the clocks of other threads decide is not repeated with the seed: a rare failure may need several attempts.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { commands } from "./commands.js";
import { Model, type Setting, type WalkKind } from "./model.js";
import { World } from "./world.js";

/** Parts of so many walks: together 1,000. A process takes three times as long to start as a thread. */
const partsOf: Readonly<Record<WalkKind, number>> = { threads: 5, processes: 2 };
const runsOf: Readonly<Record<WalkKind, number>> = { threads: 170, processes: 75 };
const { FUTURES_SEED, FUTURES_PATH, FUTURES_COMMANDS, FUTURES_RUNS } = process.env;

const settingOf = (kind: WalkKind): fc.Arbitrary<Setting> =>
  fc.record<Setting>({
    kind: fc.constant(kind),
    broker: kind === "threads" ? fc.constant(false) : fc.constantFrom(false, false, true),
    maxWorkers: fc.constantFrom(1, 1, 1, 2, 2, 3),
    onWorkerDeath: fc.constantFrom("replace", "replace", "replace", "break"),
    maxTasksPerWorker: fc.constantFrom(undefined, undefined, undefined, undefined, 2),
    stopGrace: fc.constantFrom(0, 30),
    warm: fc.constantFrom(true, true, false),
  });

/** What callbacks throw becomes warnings, by the hundred: counted here, not printed. */
let warnings = 0;
const count = ({ name }: Error): void => void (name === "FutureCallbackWarning" && (warnings += 1));

async function walk(setting: Setting, steps: Iterable<fc.AsyncCommand<Model, World>>): Promise<void> {
  const model = new Model(setting);
  const world = new World(model);
  warnings = 0;
  try {
    if (setting.warm) await world.warmUp();
    await fc.asyncModelRun(() => ({ model, real: world }), steps);
    await world.end();
    await new Promise((resolve) => setImmediate(resolve)); // warnings come in a turn of their own
    assert.equal(warnings, world.failedCallbacks);
  } finally {
    await world.leave();
  }
}

async function walkMany(kind: WalkKind, runs: number, seed: number): Promise<void> {
  console.log(`random walk on ${kind}: seed ${seed}${FUTURES_PATH ? `, path ${FUTURES_PATH}` : ""}`);
  const steps = fc.commands([commands], { maxCommands: 12, size: "max", ...(FUTURES_COMMANDS ? { replayPath: FUTURES_COMMANDS } : {}) });
  await fc.assert(fc.asyncProperty(settingOf(kind), steps, walk), {
    seed,
    numRuns: runs,
    ...(FUTURES_PATH ? { path: FUTURES_PATH } : {}),
    // A failure that takes long to shrink is told as it is by then.
    interruptAfterTimeLimit: 170_000,
    markInterruptAsFailure: true,
  });
}

describe("a pool under random commands", () => {
  const printers = process.listeners("warning");
  before(() => void process.removeAllListeners("warning").on("warning", count));
  after(() => {
    process.off("warning", count);
    for (const printer of printers) process.on("warning", printer);
  });

  for (const kind of ["threads", "processes"] as const) {
    // In parts, so that nobody who watches over the tests takes a long walk for a hang. A replay is one part.
    const parts = (FUTURES_SEED ?? "random") === "random" && FUTURES_RUNS === undefined ? partsOf[kind] : 1;
    const runs = Number(FUTURES_RUNS ?? runsOf[kind]);
    for (let part = 1; part <= parts; part += 1) {
      const title = `does what the semantics say in ${runs} walks: random walk on ${kind}${parts > 1 ? `, part ${part} of ${parts}` : ""}`;
      it(title, () => walkMany(kind, runs, FUTURES_SEED === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(FUTURES_SEED ?? part))).timeout(
        200_000,
      );
    }
  }
});
