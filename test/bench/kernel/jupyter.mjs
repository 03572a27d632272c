// @ts-check
/** @import { CellRunner, Sessions } from "./notebook.mjs" */
// Kernels of others, spoken to as Jupyter speaks to them: signed messages over ZeroMQ, of whose five sockets cells need two.
// The protocol: https://jupyter-client.readthedocs.io/en/stable/messaging.html
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

const require = createRequire(import.meta.url);

/**
 * What we use of ZeroMQ, whose types are not there until the peers are installed.
 * @typedef {AsyncIterable<Buffer[]> & { connect(address: string): void, close(): void, events: { on(type: "handshake", listener: () => void): void } }} Socket
 * @typedef {Socket & { send(frames: (string | Buffer)[]): Promise<void> }} Dealer
 * @typedef {Socket & { subscribe(): void }} Subscriber
 * @typedef {object} ZeroMq
 * @property {new (options: object) => Dealer} Dealer
 * @property {new (options: object) => Subscriber} Subscriber
 */

/** @typedef {{ program: string, args: (connectionFile: string) => string[], env: Record<string, string> }} Command */

/** @typedef {{ type: string, parent: string | undefined, content: Record<string, any> }} Message */

/** How tslab's own `tslab install` has Jupyter start it, but for the launcher. */
export const openTslab = () =>
  openKernels(() => {
    const { bin } = load("tslab/package.json");
    const program = require.resolve(`tslab/${bin["tslab"]}`);
    return { program: process.execPath, args: (file) => [program, "kernel", "--config-path", file], env: {} };
  });

/** How `deno jupyter --install` has Jupyter start it. What it keeps goes to `folder`, and it asks for no news. */
export const openDeno = () =>
  openKernels((folder) => ({
    // As the launcher of the package finds it.
    program: load("deno/install_api.cjs").runInstall(),
    args: (file) => ["jupyter", "--kernel", "--conn", file],
    env: { DENO_DIR: path.join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" },
  }));

/**
 * @param {(folder: string) => Command} commandIn Throws if it is not installed.
 * @returns {Promise<Sessions>}
 */
async function openKernels(commandIn) {
  const zeroMq = /** @type {ZeroMq} */ (load("zeromq"));
  const folder = mkdtempSync(path.join(os.tmpdir(), "jupyter-bench-"));
  /** @type {Set<JupyterKernel>} */
  const started = new Set();
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const abandon = () => {
    for (const kernel of started) kernel.kill();
    remove();
  };
  // They outlive a program that has started them, and one of them the Ctrl-C that it gets as well.
  const interrupted = () => process.exit(130);
  process.once("exit", abandon).once("SIGINT", interrupted);
  const close = async () => {
    for (const kernel of started) await kernel.close();
    process.off("exit", abandon).off("SIGINT", interrupted);
    remove();
  };
  try {
    const command = commandIn(folder);
    const [shell, iopub, stdin, control, heartbeat] = await freePorts(5);
    const ports = { shell_port: shell, iopub_port: iopub, stdin_port: stdin, control_port: control, hb_port: heartbeat };
    const connection = { ip: "127.0.0.1", transport: "tcp", key: randomUUID(), signature_scheme: "hmac-sha256", ...ports };
    writeFileSync(path.join(folder, "connection.json"), JSON.stringify(connection));
    const start = () => {
      const kernel = new JupyterKernel(command, folder, { key: connection.key, shell, iopub }, zeroMq);
      started.add(kernel);
      void kernel.exited.then(() => started.delete(kernel));
      return kernel;
    };
    return { start, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @implements {CellRunner} */
class JupyterKernel {
  #session = randomUUID();
  /** Of the request that is being answered. */
  #request = "";
  /** @type {(message: Message) => void} */
  #take = () => {};
  #errors = "";

  /**
   * Starts it; nothing is awaited.
   * @param {Command} command
   * @param {string} folder With the connection file; its working directory.
   * @param {{ key: string, shell: number | undefined, iopub: number | undefined }} connection
   * @param {ZeroMq} zeroMq
   */
  constructor({ program, args, env }, folder, { key, shell, iopub }, { Dealer, Subscriber }) {
    this.key = key;
    this.child = spawn(program, args("connection.json"), {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#errors += text;
    });
    /** @type {Promise<string>} Why it has ended. */
    this.exited = once(this.child, "exit").then(
      ([code, signal]) => `it ended with ${code ?? signal}: ${stripVTControlCharacters(this.#errors).trim().slice(0, 500)}`,
      (error) => String(error),
    );
    // It listens when it does; ZeroMQ tries again until then.
    const options = { reconnectInterval: 5, linger: 0 };
    this.shell = new Dealer(options);
    this.iopub = new Subscriber(options);
    this.iopub.subscribe();
    const connected = [this.#connect(this.shell, shell), this.#connect(this.iopub, iopub)];
    // As every front end asks first. With the answer, the kernel has also heard that we listen to its outputs.
    this.ready = Promise.all(connected).then(() => this.#ask("kernel_info_request", {}, ({ type }) => type === "kernel_info_reply"));
  }

  /** @param {string} text One that shows something: Deno's kernel at times tells so after it has told that it is idle. */
  async run(text) {
    await this.#unlessExited(this.ready);
    let output = "";
    let outputAt = 0;
    const missing = new Set(["output", "reply", "idle"]);
    const content = { code: text, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true };
    const answered = this.#ask("execute_request", content, ({ type, content }) => {
      if (type === "error") throw new Error(`${text}: ${content["ename"]}: ${content["evalue"]}`);
      if (type === "execute_reply" && content["status"] !== "ok") throw new Error(`${text}: ${output || content["status"]}`);
      const shown = type === "execute_result" ? content["data"]["text/plain"] : type === "stream" ? content["text"] : undefined;
      if (shown !== undefined) {
        outputAt = performance.now();
        output += shown;
        missing.delete("output");
      }
      if (type === "execute_reply") missing.delete("reply");
      if (type === "status" && content["execution_state"] === "idle") missing.delete("idle");
      return missing.size === 0;
    });
    await this.#unlessExited(answered);
    return { output: stripVTControlCharacters(output).trim(), outputAt };
  }

  kill() {
    this.child.kill("SIGKILL");
  }

  /** Resolves when the process is gone. */
  async close() {
    this.kill();
    await this.exited;
    this.shell.close();
    this.iopub.close();
  }

  /**
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  #unlessExited(work) {
    const failed = this.exited.then((why) => {
      throw new Error(why);
    });
    return Promise.race([work, failed]);
  }

  /**
   * Resolves when both sides have greeted each other.
   * @param {Socket} socket
   * @param {number | undefined} port
   */
  async #connect(socket, port) {
    const greeted = new Promise((/** @type {(value: void) => void} */ resolve) => socket.events.on("handshake", resolve));
    socket.connect(`tcp://127.0.0.1:${port}`);
    void this.#listen(socket);
    await greeted;
  }

  /** @param {Socket} socket */
  async #listen(socket) {
    for await (const frames of socket) {
      const first = frames.findIndex((frame) => frame.toString() === delimiter) + 2; // after the signature
      const [header, parent, , content] = frames.slice(first).map((frame) => JSON.parse(frame.toString()));
      if (parent.msg_id === this.#request) this.#take({ type: header.msg_type, parent: parent.msg_id, content });
    }
  }

  /**
   * @param {string} type
   * @param {object} content
   * @param {(answer: Message) => boolean} isLast Takes what comes in answer, on either socket; what it throws is thrown.
   * @returns {Promise<void>} Resolves with the last.
   */
  #ask(type, content, isLast) {
    this.#request = randomUUID();
    const header = {
      msg_id: this.#request,
      session: this.#session,
      username: "bench",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac("sha256", this.key);
    for (const part of parts) signature.update(part);
    return new Promise((resolve, reject) => {
      this.#take = (answer) => {
        try {
          if (isLast(answer)) resolve();
        } catch (error) {
          reject(error);
        }
      };
      this.shell.send([delimiter, signature.digest("hex"), ...parts]).catch(reject);
    });
  }
}

/**
 * @param {string} name
 * @returns {any} The module, of a package that is not there on every platform.
 * @throws {Error} That says so.
 */
function load(name) {
  try {
    return require(name);
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
    throw new Error(`npm has not installed ${name.replace(/\/.*/, "")}, or not for this platform: ${reason}`);
  }
}

/** Between the addresses and the message. */
const delimiter = "<IDS|MSG>";

/**
 * @param {number} count
 * @returns {Promise<number[]>} Ports that nobody listens on at present.
 */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => /** @type {import("node:net").AddressInfo} */ (server.address()).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
