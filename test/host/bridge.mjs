// @ts-check
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { hostFolder } from "./paths.mjs";
import { until } from "./waiting.mjs";

/**
 * Puts the bridge extension into a folder of extensions. Only right before the server's first start there: later ones read a list that it writes.
 * @param {string} extensionsFolder
 */
export function installBridge(extensionsFolder) {
  cpSync(path.join(hostFolder, "bridge"), path.join(extensionsFolder, "concurrent-futures.test-bridge-0.0.1"), { recursive: true });
}

/** The test's end of the bridge into one window's extension host. */
export class Bridge {
  /** @type {string} */ #address;

  /**
   * @param {string} bridgeFolder Where the bridges of this server leave their addresses.
   * @param {string | undefined} opened Absolute path of the folder or the workspace file that the window shows.
   */
  constructor(bridgeFolder, opened = "no folder") {
    const key = createHash("sha256").update(opened).digest("hex").slice(0, 12);
    this.#address = path.join(bridgeFolder, `${key}.json`);
  }

  /**
   * Waits for the extension host.
   * @param {number} [otherThan] A process id that does not count: that of the extension host before a reload.
   * @returns {Promise<{ socket: string, pid: number }>}
   * @throws {Error} When none is there after a minute.
   */
  ready(otherThan) {
    return until(
      "the extension host",
      () => {
        if (!existsSync(this.#address)) return undefined;
        const address = JSON.parse(readFileSync(this.#address, "utf8"));
        return address.pid === otherThan ? undefined : address;
      },
      60_000,
    );
  }

  /**
   * Runs a function in the extension host. It is sent as text: what it needs from outside must come as arguments; `require` is there.
   * @param {string} source
   * @param {unknown[]} args Sent as JSON.
   * @returns {Promise<unknown>} What the function gave, as JSON carries it.
   * @throws {Error} What the function threw, with its stack there.
   */
  async evaluate(source, args) {
    const { socket } = await this.ready();
    const answer = await post(socket, JSON.stringify({ source, args }));
    if (answer.error !== undefined) throw new Error(`In the extension host: ${answer.error}`);
    return answer.value;
  }
}

/**
 * @param {string} socketPath
 * @param {string} body
 * @returns {Promise<{ value?: unknown, error?: string }>}
 */
function post(socketPath, body) {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method: "POST" }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.once("end", () => resolve(JSON.parse(text)));
      response.once("error", reject);
    });
    sent.once("error", reject);
    sent.end(body);
  });
}
