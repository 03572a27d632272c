import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import type { Channel, ChannelEvents, Transport } from "../pool/transport.js";
import { cloneableInProcess } from "../transfer/cloneable.js";
import { ownsStdout } from "../worker/output.js";
import { inheritedOptions } from "./inheritedOptions.js";
import { killOnExit } from "./killOnExit.js";
import type { ProcessPoolOptions } from "./processPoolOptions.js";
import { tailOf } from "./tail.js";

/** Beside the built library; this module is bundled into its index. */
const entry = fileURLToPath(new URL("./worker/process.js", import.meta.url));

/** ms that the rest of stderr may take to arrive after the process has ended: a grandchild may hold it open for ever. */
const stderrGrace = 100;

/** Workers that are processes. */
export class ProcessTransport implements Transport {
  readonly kind = "process";
  readonly cloneable = cloneableInProcess;
  readonly #options: ProcessPoolOptions;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  start(setup: WorkerSetup, events: ChannelEvents): Channel {
    const { env, cwd, execArgv = inheritedOptions(process.execArgv) } = this.#options;
    const options: ForkOptions = {
      serialization: "advanced",
      execArgv: [...execArgv],
      stdio: ["ignore", setup.captureOutput || !ownsStdout() ? "pipe" : "inherit", "pipe", "ipc"],
    };
    if (env) options.env = env;
    if (cwd !== undefined) options.cwd = cwd;
    const child = fork(entry, [JSON.stringify(setup)], options);
    killOnExit(child);
    const tail = tailOf(child.stderr);
    forwardPipes(child, setup, events);
    child.on("message", (message) => events.message(message as MessageFromWorker));
    whenEnded(child, tail, events);
    return {
      pid: child.pid,
      send(message: MessageToWorker) {
        // The callback takes the error of a channel that closed meanwhile; the end of the process is told by its exit.
        if (child.connected) child.send(message, () => {});
      },
      kill: () => void child.kill("SIGKILL"),
      hold: (held) => hold(child, held),
    };
  }
}

/** What does not come as a message: output of native code, of child processes, and of Node itself when it dies. */
function forwardPipes(child: ChildProcess, setup: WorkerSetup, events: ChannelEvents): void {
  for (const stream of ["stdout", "stderr"] as const) {
    if (setup.captureOutput) child[stream]?.setEncoding("utf8").on("data", (text: string) => events.message({ type: "output", stream, text }));
    else child[stream]?.on("data", (chunk: Buffer) => process[stream].write(chunk));
  }
}

/** The end is told after the last message: the channel may still be full when the process is gone. */
function whenEnded(child: ChildProcess, tail: () => string, events: ChannelEvents): void {
  let failure: unknown;
  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("exit", (exitCode, signal) => resolve([exitCode, signal]));
    child.on("error", (error) => {
      failure ??= error;
      if (child.pid === undefined) resolve([null, null]); // it was never started: no exit will come
    });
  });
  const disconnected = new Promise<void>((resolve) => (child.connected ? child.once("disconnect", resolve) : resolve()));
  const stderrEnded = new Promise<void>((resolve) => child.stderr?.once("close", resolve));
  void Promise.all([exited, disconnected]).then(async ([[exitCode, signal]]) => {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([stderrEnded, new Promise((resolve) => (timer = setTimeout(resolve, stderrGrace)))]);
    clearTimeout(timer);
    child.stdout?.destroy();
    child.stderr?.destroy();
    const stderr = tail();
    events.end({ exitCode, ...(signal ? { signal } : {}), ...(failure === undefined ? {} : { error: failure }), ...(stderr ? { stderr } : {}) });
  });
}

function hold(child: ChildProcess, held: boolean): void {
  const method = held ? "ref" : "unref";
  child[method]();
  child.channel?.[method]();
  for (const pipe of [child.stdout, child.stderr]) (pipe as Socket | null)?.[method]();
}
