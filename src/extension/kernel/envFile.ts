import { parseEnv } from "node:util";
import { UserError } from "../errors.js";
import type { Translate } from "../translate.js";

/**
 * Reads the variables of the setting `futures.envFile`, in the form that Node's `--env-file` has.
 *
 * @param read gives the text of a file by its place, absolute or in the folder.
 * @throws UserError if the file cannot be read: without what it holds, the user's code would fail in ways that are hard to tell.
 */
export async function readEnvFile(name: string, read: (name: string) => Promise<string>, t: Translate): Promise<Record<string, string>> {
  if (name.trim() === "") return {};
  try {
    return parseEnv(await read(name.trim())) as Record<string, string>;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(t("The environment file {0} of the setting futures.envFile cannot be read: {1}", name, reason), {
      title: t("Open Setting"),
      command: { id: "workbench.action.openSettings", args: ["futures.envFile"] },
    });
  }
}
