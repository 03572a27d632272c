import { type PoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "concurrent-futures";
import fc from "fast-check";
import { ends, steps } from "./commands.js";
import { Model } from "./model.js";

/** The same walks at every run, so that a change fails by what it changed; FUTURES_SEED=random takes others. Replay what a failure prints: FUTURES_SEED, FUTURES_PATH; FUTURES_RUNS for more of it. */
const { FUTURES_SEED, FUTURES_PATH, FUTURES_RUNS } = process.env;
const runs = Number(FUTURES_RUNS ?? 1000);
/** Walks to a test. */
const partLength = 100;
/** ms that a walk may take to its end, whatever it did. */
const endLimit = 20_000;

const kinds = [
  { kind: "threads", share: 0.85, make: (options = {}) => new ThreadPoolExecutor(options) },
  { kind: "processes", share: 0.15, make: (options = {}) => new ProcessPoolExecutor(options) },
] as const;

const walk = fc.record({
  maxWorkers: fc.constantFrom(1, 1, 2),
  replaces: fc.boolean(),
  maxTasksPerWorker: fc.constantFrom(undefined, undefined, 2),
  middle: fc.commands(steps, { maxCommands: 14, size: "max" }),
  end: fc.commands([...ends, ...steps.slice(0, 5)], { maxCommands: 3 }),
});

async function settled(pool: PoolExecutor, model: Model): Promise<void> {
  for (const { release } of model.records) release.abort(new Error("the walk ends"));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`a hang: ${JSON.stringify(pool.stats())}, ${model.records.map(({ future }) => future.state)}`)),
      endLimit,
    );
  });
  try {
    model.closed = true;
    await Promise.race([pool.shutdown(), late]);
  } finally {
    clearTimeout(timer);
  }
}

describe("a random walk", () => {
  const warnings = (warning: Error): void => {
    if (warning.name !== "FutureCallbackWarning") throw warning;
  };
  before(() => {
    process.removeAllListeners("warning"); // throwing callbacks are part of the walk
    process.on("warning", warnings);
  });
  after(() => void process.off("warning", warnings));

  for (const { kind, share, make } of kinds) {
    const total = Math.round(runs * share);
    // In parts, since a test that is silent for long is taken for a hang.
    const parts = Math.ceil(total / partLength);
    for (let part = 1; part <= parts; part += 1)
      it(`on ${kind} finds nothing that the semantics do not allow (part ${part} of ${parts}, of ${total} walks)`, async function () {
        this.timeout(170_000);
        const numRuns = part < parts ? partLength : total - partLength * (parts - 1);
        const seed = FUTURES_SEED === "random" ? (Date.now() + part) | 0 : Number(FUTURES_SEED ?? part);
        console.log(`      random walk on ${kind}: seed ${seed}${FUTURES_PATH ? `, path ${FUTURES_PATH}` : ""}`);
        await fc.assert(
          fc.asyncProperty(walk, async ({ maxWorkers, replaces, maxTasksPerWorker, middle, end }) => {
            const started = kind === "threads" ? new Int32Array(new SharedArrayBuffer(4 * 64)) : undefined;
            const model = new Model(replaces, maxWorkers, started);
            const pool: PoolExecutor = make({
              maxWorkers,
              maxTasksPerWorker,
              onWorkerDeath: replaces ? "replace" : "break",
              stopGrace: 200,
              onOutput: () => {},
            });
            pool.events.on("taskSubmit", () => (model.submitted += 1));
            pool.events.on("taskStart", (future) => {
              const record = model.records.find((one) => one.future === future);
              if (record) model.starts.push(record);
            });
            try {
              const setup = () => ({ model, real: pool });
              await fc.asyncModelRun(setup, middle);
              await fc.asyncModelRun(setup, end);
              await settled(pool, model);
              model.checkEnd(pool);
            } finally {
              await pool.killWorkers();
            }
          }),
          { numRuns, seed, interruptAfterTimeLimit: 160_000, markInterruptAsFailure: true, ...(FUTURES_PATH ? { path: FUTURES_PATH } : {}) },
        );
      });
  }
});
