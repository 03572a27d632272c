/** From the settings of a cluster to the options of its executor. */
import { homedir } from "node:os";
import path from "node:path";
import type { ClusterOptions } from "../../cluster/index.js";
import { isKeyText } from "../../cluster/security/keyText.js";
import type { ClusterSettings } from "../../protocol/messages.js";

/** A setting of a cluster that will not do; the message names it, and holds no secret. */
export class ClusterSettingError extends Error {
  override name = "SettingError";

  /** @param reason what is wrong with it. */
  constructor(cluster: string, reason: string) {
    super(`futures.executors, ${cluster}: ${reason}`);
  }
}

/**
 * @param folder from which paths go on.
 * @throws ClusterSettingError if the environment has no such variable.
 */
export function clusterOptionsOf(
  { name, connection, queue, key, trust, insecure, allowPlaintext, retries }: ClusterSettings,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): ClusterOptions {
  const given = connection.replace(/\$\{env:([^}]*)\}/g, (_all, variable: string) => {
    const value = env[variable];
    if (value === undefined || value === "")
      throw new ClusterSettingError(name, `connection names the environment variable ${variable}, which is not set where the kernel runs`);
    return value;
  });
  return {
    name,
    connection: given,
    queue,
    ...(key !== undefined && { key: placeOf(key, folder) }),
    ...(trust !== undefined && { trust: typeof trust !== "string" || isKeyText(trust) ? trust : placeOf(trust, folder) }),
    ...(insecure !== undefined && { insecure }),
    ...(allowPlaintext !== undefined && { allowPlaintext }),
    ...(retries !== undefined && { retries }),
  };
}

function placeOf(file: string, folder: string): string {
  const relative = file.replace(/^\$\{workspaceFolder\}[\\/]/, "");
  return path.resolve(
    folder,
    relative.replace(/^~(?=$|[\\/])/, () => homedir()),
  );
}
