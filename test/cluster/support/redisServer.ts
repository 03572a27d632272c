/** A real server on a free port of the loopback interface, for tests alone. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import type { Certificates } from "./certificates.js";

/** The program, or `undefined` where there is none: `REDIS_SERVER` names one, else those that systems have are looked for. */
export function serverProgram(): string | undefined {
  const named = process.env["REDIS_SERVER"];
  return [...(named ? [named] : []), "redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0);
}

export interface ServerOptions {
  /** Keeps its data on the disk, so that it has them after a restart. */
  readonly isDurable?: boolean;
  readonly more?: readonly string[];
  /** Takes TLS alone, and clients with a certificate alone. */
  readonly certificates?: Certificates;
}

export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "redis-"));
  readonly #options: ServerOptions;
  #process: ChildProcess | undefined;

  private constructor(port: number, options: ServerOptions) {
    this.port = port;
    this.#options = options;
  }

  static async start(options: ServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.restart();
    return server;
  }

  get url(): string {
    return `${this.#options.certificates ? "rediss" : "redis"}://127.0.0.1:${this.port}`;
  }

  /** Starts it, again at the same port after {@link kill}. */
  async restart(): Promise<void> {
    const { isDurable = false, more = [], certificates } = this.#options;
    const durable = isDurable ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
    const port = certificates
      ? ["--port", "0", "--tls-port", String(this.port), "--tls-auth-clients", "yes", "--tls-ca-cert-file", certificates.ca]
      : ["--port", String(this.port)];
    const own = certificates ? ["--tls-cert-file", certificates.server.cert, "--tls-key-file", certificates.server.key] : [];
    const place = [...port, ...own, "--dir", this.#folder, ...(more.includes("--bind") ? [] : ["--bind", "127.0.0.1"])];
    const program = serverProgram();
    if (program === undefined) throw new Error("there is no redis-server and no valkey-server");
    this.#process = spawn(program, [...place, "--save", "", "--maxmemory-policy", "noeviction", ...durable, ...more], { stdio: "ignore" });
    await this.client(async (client) => client.ping());
  }

  /** Acts with a connection of its own. */
  async client<T>(act: (client: Redis) => Promise<T>): Promise<T> {
    const { certificates } = this.#options;
    const tls = certificates && {
      ca: readFileSync(certificates.ca),
      cert: readFileSync(certificates.client.cert),
      key: readFileSync(certificates.client.key),
    };
    const client = new Redis({ host: "127.0.0.1", port: this.port, ...(tls && { tls }), retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on("error", () => {}); // it is not there at once
    try {
      return await act(client);
    } finally {
      client.disconnect();
    }
  }

  /** SIGKILL: nothing is said to anybody. */
  async kill(): Promise<void> {
    const server = this.#process;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill("SIGKILL");
    await exited;
  }

  /** SIGSTOP and SIGCONT: it is there, and says nothing. */
  freeze(isFrozen: boolean): void {
    this.#process?.kill(isFrozen ? "SIGSTOP" : "SIGCONT");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
