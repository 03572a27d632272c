/** Where the server is, and how it is spoken to. */
import { isIP } from "node:net";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { ClusterConfigError } from "../errors.js";

/** How to reach the server; the same for those who submit and for workers. */
export interface ConnectionOptions {
  /** `redis://[user:password@]host[:port][/db]`, or `rediss://` with TLS. A secret: whoever has it can write to the queue. */
  connection: string;
  /** For `rediss://`: certificates and the like, as for `node:tls`. */
  tls?: TlsOptions | undefined;
  /** Default false. True: `redis://` without TLS is taken also for a server on another machine, in a network where nobody listens. */
  allowPlaintext?: boolean | undefined;
}

/** The part of the options of BullMQ and its client that is used here. */
interface ClientOptions {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db?: number;
  tls?: TlsOptions;
  maxRetriesPerRequest: null;
  enableReadyCheck: boolean;
  retryStrategy(attempt: number): number;
}

/** A server to connect to. */
export interface Server {
  readonly options: ClientOptions;
  /** For messages: host and port, never a password. */
  readonly place: string;
  readonly isLoopback: boolean;
}

/** @throws ClusterConfigError that says what is wrong, and never tells the password. */
export function serverOf({ connection, tls, allowPlaintext = false }: ConnectionOptions): Server {
  if (typeof connection !== "string" || !URL.canParse(connection))
    throw new ClusterConfigError('connection has to be a URL such as "redis://127.0.0.1:6379" or "rediss://user:password@host:6380"');
  const url = new URL(connection);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:")
    throw new ClusterConfigError(`connection has to begin with redis:// or rediss://, and begins with ${url.protocol}//`);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1") || "127.0.0.1";
  const port = url.port === "" ? 6379 : Number(url.port);
  const database = url.pathname.replace(/^\//, "");
  if (!/^\d*$/.test(database)) throw new ClusterConfigError("behind the host of the connection stands the number of a database, or nothing");
  const place = `${host}:${port}`;
  const isLoopback = host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
  const isSecure = url.protocol === "rediss:";
  if (!isSecure && !isLoopback && !allowPlaintext)
    throw new ClusterConfigError(
      `${place} is another machine, and redis:// is read by everybody on the way: use rediss://, or allowPlaintext: true in a network of your own`,
    );
  return {
    place,
    isLoopback,
    options: {
      host,
      port,
      ...(url.username !== "" && { username: decodeURIComponent(url.username) }),
      ...(url.password !== "" && { password: decodeURIComponent(url.password) }),
      ...(database !== "" && { db: Number(database) }),
      ...(isSecure && { tls: { servername: isIP(host) ? undefined : host, ...tls } as TlsOptions }),
      maxRetriesPerRequest: null, // whoever gives up decides so for all at once
      retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
      enableReadyCheck: true,
    },
  };
}
