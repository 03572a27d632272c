import assert from "node:assert/strict";
import { gone } from "../support/processes.js";
import { type Ended, Program } from "../support/programs.js";

interface Ending {
  readonly name: string;
  /** The program's own code for it; without it the test sends the signal. */
  readonly code?: string;
  readonly signal?: NodeJS.Signals;
  /** Code before everything else. */
  readonly before?: string;
}

const endings: readonly Ending[] = [
  { name: "calls process.exit", code: "process.exit(7)" },
  { name: "calls process.exit in an exit hook older than its pool", before: `process.on("exit", () => process.exit(8))`, code: "process.exit(7)" },
  { name: "throws in an exit hook", before: `process.on("exit", () => { throw new Error("hook") })`, code: "process.exit(7)" },
  { name: "fails by an uncaught error", code: `throw new Error("main")` },
  { name: "fails by an unhandled rejection", code: `Promise.reject(new Error("main"))` },
  { name: "aborts", code: "process.abort()" },
  ...(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", "SIGSEGV"] as const).map((signal) => ({ name: `is ended by ${signal}`, signal })),
];

interface Situation {
  readonly name: string;
  /** Tells the pids of workers. */
  readonly code: (pool: string) => string;
  /** A worker says so when it is in its endless loop. */
  readonly spins: boolean;
}

const tellWorkers = `for (const { pid } of pool.workers()) if (pid) tell(pid)`;
const situations: readonly Situation[] = [
  {
    name: "with an idle pool",
    code: (pool) => `const pool = new ${pool}({ maxWorkers: 1 }); await pool.submit(() => 1).result(); ${tellWorkers}`,
    spins: false,
  },
  {
    name: "with a pool whose workers are starting",
    code: (pool) =>
      `const pool = new ${pool}({ maxWorkers: 2 }); pool.submit(spin); pool.submit(sleep, 1); await once(pool.events, "workersChange"); ${tellWorkers}`,
    spins: false,
  },
  {
    // The first worker is deaf to every polite word, and would hang in its own exit hook; the second is in an endless loop.
    name: "with work running and queued",
    code: (pool) => `const pool = new ${pool}({ maxWorkers: 2 });
      await pool.submit(() => {
        for (const deafTo of ["SIGINT", "SIGTERM", "SIGHUP", "uncaughtException"]) process.on(deafTo, () => {});
        process.on("exit", () => { for (;;); });
      }).result();
      for (let i = 0; i < 3; i += 1) { pool.submit(sleep, 60_000); pool.submit(spin); }
      ${tellWorkers}`,
    spins: true,
  },
  {
    name: "with a pool of processes in a worker of its pool",
    code: (pool) => `const pool = new ${pool}({ maxWorkers: 1 });
      tell(await pool.submit(async (library) => {
        const inner = new (await import(library)).ProcessPoolExecutor({ maxWorkers: 1 });
        inner.submit(async () => { const { writeSync } = await import("node:fs"); writeSync(1, "spinning\\n"); for (;;); });
        return new Promise((resolve) => inner.events.on("taskStart", (future, worker) => resolve(worker.pid)));
      }, library).result()); ${tellWorkers}`,
    spins: true,
  },
];

/** Runs a program into the situation, ends it, and tells how it ended; all workers must be gone. */
async function end(ending: Ending, code: string, spins: boolean): Promise<Ended> {
  const source = `${ending.before ?? ""}; process.on("SIGUSR2", () => { ${ending.code} }); setInterval(() => {}, 60_000);\n${code}\ntell("ready");`;
  await using program = new Program(source);
  const pids: number[] = [];
  for (let word = await program.word(); word !== "ready"; word = await program.word()) pids.push(Number(word));
  if (spins) await program.printed("spinning\n");
  program.kill(ending.signal ?? "SIGUSR2");
  const ended = await program.ended;
  for (const pid of pids) assert.equal(await gone(pid), true, `process ${pid} outlived the program`);
  // Places in Node's own code: where an emitter calls its listeners depends on how many there are.
  const stderr = ended.stderr.replace(/(\(node:.*?):\d+:\d+\)/g, "$1)").replace(/0x[0-9a-f]+/g, "0x");
  return { ...ended, stdout: ended.stdout.replace("spinning\n", ""), stderr };
}

for (const pool of ["ThreadPoolExecutor", "ProcessPoolExecutor"]) {
  describe(`a program that ${pool === "ThreadPoolExecutor" ? "has threads and" : "has processes and"}`, () => {
    for (const ending of endings) {
      it(`${ending.name} ends as it would without a pool, and leaves nothing behind`, async () => {
        const without = await end(ending, "", false);
        const ends = await Promise.all(situations.map(async ({ name, code, spins }) => [name, await end(ending, code(pool), spins)] as const));
        assert.deepEqual(Object.fromEntries(ends), Object.fromEntries(situations.map(({ name }) => [name, without])));
      });
    }
  });
}
