import type { ClusterSettings } from "../../protocol/messages.js";
import type { Translate } from "../translate.js";

/** The setting `futures.executors`, as far as it fits. */
export interface ReadClusters {
  readonly clusters: readonly ClusterSettings[];
  /** A sentence for each entry that does not fit, none of which holds what its connection is. */
  readonly problems: readonly string[];
}

const nameForm = /^[\p{L}\p{N}_.-]{1,50}$/u;
const queueForm = /^[^:\s]{1,200}$/;
const variable = /\$\{env:[^}]*\}/;
const properties = ["connection", "queue", "key", "trust", "insecure", "allowPlaintext", "retries"] as const;

/** Reads the clusters of the setting, by their names. An entry that does not fit is left out, and no other suffers. */
export function readClusters(setting: unknown, t: Translate): ReadClusters {
  const clusters: ClusterSettings[] = [];
  const problems: string[] = [];
  if (typeof setting !== "object" || setting === null || Array.isArray(setting))
    return { clusters, problems: [t("The setting {0} must be an object with a cluster under each name.", "futures.executors")] };
  for (const [name, entry] of Object.entries(setting)) {
    const problem = problemOf(name, entry, t);
    if (problem === undefined) clusters.push({ name, ...pick(entry as Record<string, unknown>) } as ClusterSettings);
    else problems.push(t("The setting {0} has a cluster that does not fit, {1}: {2}", "futures.executors", JSON.stringify(name), problem));
  }
  return { clusters, problems };
}

/** Where a cluster is, for people: `host:port · queue`. Nothing else of its connection is ever shown. */
export function placeOf({ connection, queue }: ClusterSettings, env: Readonly<Record<string, string | undefined>>): string {
  const given = connection.replace(/\$\{env:([^}]*)\}/g, (all, name: string) => env[name] ?? all);
  const server = hostOf(given) ?? (/^\$\{env:\w+\}$/.test(connection) ? connection : undefined);
  return server === undefined ? queue : `${server} · ${queue}`;
}

function hostOf(connection: string): string | undefined {
  if (!URL.canParse(connection)) return undefined;
  const { protocol, hostname, port } = new URL(connection);
  return protocol === "redis:" || protocol === "rediss:" ? `${hostname === "" ? "127.0.0.1" : hostname}:${port === "" ? "6379" : port}` : undefined;
}

/** @returns what is wrong, without a word of what `connection` or `key` is. */
function problemOf(name: string, entry: unknown, t: Translate): string | undefined {
  if (name === "threads" || name === "processes") return t("there is an executor of that name already.");
  if (!nameForm.test(name)) return t("its name may have letters, digits, dots, hyphens and underscores, and at most 50 of them.");
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return t("it must be an object with connection and queue.");
  const { connection, queue, key, trust, insecure, allowPlaintext, retries, ...others } = entry as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) return t("{0} is none of its properties, which are {1}.", other, properties.join(", "));
  if (typeof connection !== "string" || !isConnection(connection))
    return t(
      "connection must be a URL such as {0}, or name a variable of the environment that holds it, as {1}.",
      "redis://host:6379",
      `\${env:NAME}`,
    );
  if (typeof queue !== "string" || !queueForm.test(queue)) return t("queue must be a name without colons and spaces.");
  if (key !== undefined && (typeof key !== "string" || key === "" || /-----|\n/.test(key)))
    return t("key must be the path of a file: a key itself has no place in settings.");
  if (trust !== undefined && !(isText(trust) || (Array.isArray(trust) && trust.length > 0 && trust.every(isText))))
    return t("trust must be the path of a file with public keys, or a list of them.");
  if (insecure !== undefined && typeof insecure !== "boolean") return t("{0} must be true or false.", "insecure");
  if (allowPlaintext !== undefined && typeof allowPlaintext !== "boolean") return t("{0} must be true or false.", "allowPlaintext");
  if (retries !== undefined && !(Number.isInteger(retries) && Number(retries) >= 0)) return t("retries must be a whole number, 0 or more.");
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isConnection(connection: string): boolean {
  return variable.test(connection) || hostOf(connection) !== undefined;
}

/** What the editor gives of a setting is not to be sent as it is. */
function pick(entry: Record<string, unknown>): Record<string, unknown> {
  const given = properties.filter((property) => entry[property] !== undefined);
  return Object.fromEntries(
    given.map((property) => [property, Array.isArray(entry[property]) ? [...(entry[property] as unknown[])] : entry[property]]),
  );
}
