import type { ChildProcess, ForkOptions } from "node:child_process";
import type { Socket } from "node:net";
import type { WorkerSetup } from "../pool/messages.js";
import type { ChannelEnd } from "../pool/transport.js";
import type { WordReader } from "../transfer/words.js";
import type { GivenCode } from "../worker/code/compiledCode.js";
import { CodeFile } from "./codeFile.js";
import { FrameReader, frameOf, packetFrame } from "./frames.js";
import { inheritedOptions } from "./inheritedOptions.js";
import { killOnExit } from "./killOnExit.js";
import type { Packet } from "./packets.js";
import { forkEntry, type ProcessEntry } from "./processEntry.js";
import type { ProcessPoolOptions } from "./processPoolOptions.js";
import { type ProcessSetup, wireDescriptor } from "./processSetup.js";
import { tailOf } from "./tail.js";
import { WireWriter } from "./wireWriter.js";

/** What the processes of a pool have in common. */
export interface ProcessPlace {
  readonly entry: ProcessEntry;
  /** Whether file descriptor 1 is where output of this program goes. */
  readonly inheritStdout: boolean;
}

export interface LinkEvents {
  packet(packet: Packet): void;
  /** Any other frame, as {@link FrameEvents}. */
  frame?(kind: number, number: number, body: WordReader): void;
  /** What had come was taken in. */
  drained?(): void;
  output(stream: "stdout" | "stderr", text: string): void;
  /** Called once, after the last packet. */
  end(end: ChannelEnd): void;
}

/** A process and the wire to it, over which packets go unread. */
export interface ProcessLink {
  readonly pid: number | undefined;
  post(packet: Packet): void;
  /** Sends whole frames, which may be overwritten when this returns. */
  write(frames: Uint8Array): void;
  kill(gently: boolean): void;
  /** @returns false where a process cannot be kept from running. */
  freeze(freezes: boolean): boolean;
  hold(held: boolean): void;
}

/** ms that a process whose channel is closed has to end by itself: one that a task has disconnected may have lost what makes it. */
const disconnectedGrace = 1000;

/** ms that the rest of stderr may take to arrive after the process has ended: a grandchild may hold it open for ever. */
const stderrGrace = 100;

/** What a process inherits that takes calls by itself. */
export interface ProcessGifts {
  /** File descriptor of the calls that all processes of the pool take from. */
  readonly calls: number;
  readonly code: GivenCode;
}

/** @throws what `fork` throws when it cannot start one. */
export function startProcess(
  setup: WorkerSetup,
  options: ProcessPoolOptions,
  place: ProcessPlace,
  events: LinkEvents,
  gifts?: ProcessGifts,
): ProcessLink {
  const { env, cwd, execArgv = inheritedOptions(process.execArgv) } = options;
  const forkOptions: ForkOptions = { serialization: "advanced", execArgv: [...execArgv] };
  if (env) forkOptions.env = env;
  if (cwd !== undefined) forkOptions.cwd = cwd;
  const stdout = setup.captureOutput || !place.inheritStdout ? "pipe" : "inherit";
  const code = new CodeFile(gifts?.code);
  const processSetup: ProcessSetup = {
    ...setup,
    takesCalls: gifts !== undefined,
    plainFrames: events.frame !== undefined,
    ...(code.place ? { code: code.place } : {}),
  };
  const shared = [gifts?.calls, code.descriptor].filter((descriptor) => descriptor !== undefined);
  let child: ChildProcess;
  try {
    child = forkEntry(place.entry, JSON.stringify(processSetup), forkOptions, [stdout, "pipe", "ipc", "pipe", ...shared]);
  } finally {
    code.close(); // the process has it, if there is one
  }
  const wire = child.stdio[wireDescriptor] as Socket | undefined;
  killOnExit(child);
  const tail = tailOf(child.stderr);
  forwardPipes(child, setup, events);
  const reader = new FrameReader({
    packet: (task, bytes) => events.packet({ task, bytes }),
    frame: (kind, number, body) => events.frame?.(kind, number, body),
  });
  wire?.on("data", (piece: Buffer) => {
    reader.take(piece);
    events.drained?.();
  });
  wire?.on("error", () => {}); // the end of the process is told by its exit
  whenEnded(child, tail, events);
  const writer = wire && new WireWriter(wire, descriptorOf(wire));
  return {
    pid: child.pid,
    post: ({ task, bytes }) => writer?.write(frameOf(packetFrame, task, bytes)),
    write: (frames) => writer?.write(frames),
    kill: (gently) => void child.kill(gently ? "SIGTERM" : "SIGKILL"),
    freeze: (freezes) => process.platform !== "win32" && child.kill(freezes ? "SIGSTOP" : "SIGCONT"),
    hold: (held) => hold(child, held),
  };
}

/** Node has no public name for it. @returns `undefined` where pipes are no file descriptors, as on Windows. */
function descriptorOf(socket: Socket): number | undefined {
  const { fd = -1 } = (socket as { _handle?: { fd?: number } | null })._handle ?? {};
  return fd >= 0 ? fd : undefined;
}

/** What does not come as a message: output of native code, of child processes, and of Node itself when it dies. */
function forwardPipes(child: ChildProcess, setup: WorkerSetup, events: LinkEvents): void {
  for (const stream of ["stdout", "stderr"] as const) {
    if (setup.captureOutput) child[stream]?.setEncoding("utf8").on("data", (text: string) => events.output(stream, text));
    else child[stream]?.on("data", (chunk: Buffer) => process[stream].write(chunk));
  }
}

/** The end is told after the last message: the channel may still be full when the process is gone. */
function whenEnded(child: ChildProcess, tail: () => string, events: LinkEvents): void {
  let failure: unknown;
  let ending: NodeJS.Timeout | undefined;
  // Nothing that it does can be heard any more, and its end must not wait for it.
  child.once("disconnect", () => {
    if (child.exitCode === null && child.signalCode === null) ending = setTimeout(() => child.kill("SIGKILL"), disconnectedGrace);
  });
  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("exit", (exitCode, signal) => {
      clearTimeout(ending);
      resolve([exitCode, signal]);
    });
    child.on("error", (error) => {
      failure ??= error;
      if (child.pid === undefined) resolve([null, null]); // it was never started: no exit will come
    });
  });
  const wire = child.stdio[wireDescriptor];
  const allRead = new Promise<void>((resolve) => (wire ? wire.once("close", resolve) : resolve()));
  const stderrEnded = new Promise<void>((resolve) => child.stderr?.once("close", resolve));
  void Promise.all([exited, allRead]).then(async ([[exitCode, signal]]) => {
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
  for (const pipe of [child.stdout, child.stderr, child.stdio[wireDescriptor]]) (pipe as Socket | null)?.[method]();
}
