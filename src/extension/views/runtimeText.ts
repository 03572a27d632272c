import type { KernelInfo } from "../kernel/kernelClient.js";
import type { Runtime } from "../kernel/runtime.js";
import type { Translate } from "../translate.js";

/** `Node.js 20.20.2`. */
export function runtimeName({ version }: Runtime, t: Translate): string {
  return t("Node.js {0}", version);
}

/** `/usr/bin/node, found on PATH, process 4711`. */
export function runtimeSentence({ runtime, pid }: KernelInfo, t: Translate): string {
  const { command, source, note } = runtime;
  const how = {
    setting: t("named by the setting futures.runtime"),
    pin: t("the version of {0}", note ?? ""),
    path: t("found on PATH"),
    editor: t("the editor's own"),
  }[source];
  const missed = source !== "pin" && note !== undefined ? [note] : [];
  return [command, how, ...(pid === undefined ? [] : [t("process {0}", pid)]), ...missed].join(", ");
}
