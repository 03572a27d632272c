import assert from "node:assert/strict";
import { type Future, WorkerDiedError } from "concurrent-futures";
import { breaks, fault, type Options, oneWorker, type Scene } from "./support/fault.js";
import { brokenByDeath, errorOf, told } from "./support/outcome.js";
import { eat, exit, pend, spin, startOf } from "./support/tasks.js";
import type { Ground } from "./table.js";

interface Death {
  /** Submits the task that dies. */
  readonly die: (scene: Scene) => Future<unknown>;
  /** What the error says of the end. */
  readonly reason: RegExp;
  readonly exitCode?: number;
  readonly signal?: (ground: Ground) => string | undefined;
  readonly options?: (ground: Ground) => Options;
}

const killedBy =
  (signal: NodeJS.Signals) =>
  ({ pool, kill }: Scene): Future<unknown> => {
    const victim = pool.submit(spin);
    void startOf(pool, victim).then((worker) => kill(worker, signal));
    return victim;
  };

const deaths: Record<string, Death> = {
  "exit-0": { die: ({ pool }) => pool.submit(exit, 0), reason: /while it ran exit: exit code 0/, exitCode: 0 },
  "exit-99": { die: ({ pool }) => pool.submit(exit, 99), reason: /while it ran exit: exit code 99/, exitCode: 99 },
  killed: {
    die: killedBy("SIGKILL"),
    reason: /while it ran spin: (killed by SIGKILL|exit code 1)/,
    signal: (ground) => (ground === "processes" ? "SIGKILL" : undefined),
  },
  SIGSEGV: { die: killedBy("SIGSEGV"), reason: /while it ran spin: killed by SIGSEGV/, signal: () => "SIGSEGV" },
  heap: {
    die: ({ pool }) => pool.submit(eat),
    reason: /while it ran eat: it ran out of memory/,
    options: (ground) => (ground === "threads" ? { resourceLimits: { maxOldGenerationSizeMb: 32 } } : { execArgv: ["--max-old-space-size=32"] }),
  },
  rejection: {
    die: ({ pool }) =>
      pool.submit(function reject() {
        void Promise.reject(new TypeError("loose"));
        return new Promise(() => {});
      }),
    reason: /while it ran reject: uncaught TypeError: loose/,
    exitCode: 1,
  },
  throw: {
    die: ({ pool }) =>
      pool.submit(function throwLater() {
        setTimeout(() => {
          throw new RangeError("late");
        });
        return new Promise(() => {});
      }),
    reason: /while it ran throwLater: uncaught RangeError: late/,
    exitCode: 1,
  },
  disconnect: {
    die: ({ pool }) =>
      pool.submit(function disconnect() {
        process.disconnect();
        return new Promise(() => {});
      }),
    reason: /while it ran disconnect: exit code 0/,
    exitCode: 0,
  },
};

function isThatDeath(error: unknown, { reason, exitCode, signal }: Death, ground: Ground): void {
  assert.ok(error instanceof WorkerDiedError, `not a WorkerDiedError: ${String(error)}`);
  assert.match(error.message, reason);
  if (exitCode !== undefined) assert.equal(error.exitCode, exitCode);
  assert.equal(error.signal, signal?.(ground) ?? error.signal);
  assert.equal(typeof (ground === "threads" ? error.threadId : error.pid), "number");
}

describe("faults: death at a task", () => {
  for (const [name, death] of Object.entries(deaths)) {
    const setting = death.options ? { options: death.options } : {};

    fault(
      `death.${name}`,
      async (scene) => {
        const neighbour = scene.pool.submit(() => new Promise((resolve) => setTimeout(resolve, 100, "neighbour")));
        const victim = death.die(scene);
        const queued = scene.pool.submit(() => "queued");
        isThatDeath(await errorOf(victim), death, scene.ground);
        assert.deepEqual([await neighbour.result(), await queued.result()], ["neighbour", "queued"]);
        return told(victim);
      },
      setting,
    );

    breaks(
      `death.${name}`,
      async (scene) => {
        const { pool, ground } = scene;
        const open = [pool.submit(pend), death.die(scene), pool.submit(() => "never")];
        for (const error of await brokenByDeath(open, ground)) isThatDeath(error, death, ground);
        return told(open[1] as Future<unknown>);
      },
      setting,
    );
  }

  fault(
    "port.close",
    async ({ pool }) => {
      const closer = pool.submit(async function close() {
        const { parentPort } = await import("node:worker_threads");
        parentPort?.close();
        await new Promise((resolve) => setTimeout(resolve, 10));
        return "unharmed";
      });
      assert.equal(await closer.result(), "unharmed");
      return told(closer);
    },
    oneWorker,
  );
});
