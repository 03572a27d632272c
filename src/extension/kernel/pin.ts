/** The version of Node.js that a workspace folder asks for. */
export interface Pin {
  /** As it is written: `20`, `v20.11.1`, `lts/iron`. */
  readonly version: string;
  /** Name of the file that says so. */
  readonly file: string;
}

/** Even majors by the names that they have as long-term releases. */
const longTerm: Readonly<Record<string, number>> = { iron: 20, jod: 22, krypton: 24 };

/**
 * Reads the pin of a folder, as nvm, nodenv, fnm and Volta do: `.nvmrc`, `.node-version`, then `volta.node` of `package.json`.
 *
 * @param read gives the text of a file of the folder; `undefined` if there is none.
 * @returns `undefined` if nothing is pinned.
 */
export async function readPin(read: (name: string) => Promise<string | undefined>): Promise<Pin | undefined> {
  for (const file of [".nvmrc", ".node-version"]) {
    const line = (await read(file))?.split("\n").find((candidate) => /^\s*[^#\s]/.test(candidate));
    const version = line?.replace(/#.*/, "").trim();
    if (version) return { version, file };
  }
  const version = voltaVersion(await read("package.json"));
  return version === undefined ? undefined : { version, file: "package.json" };
}

function voltaVersion(text: string | undefined): string | undefined {
  try {
    const node: unknown = (JSON.parse(text ?? "{}") as { volta?: { node?: unknown } }).volta?.node;
    return typeof node === "string" && node.trim() !== "" ? node.trim() : undefined;
  } catch {
    return undefined; // half a manifest, in the midst of an edit
  }
}

/** @param version without a leading `v`. @returns whether that version is what the pin asks for. */
export function fits(pin: Pin, version: string): boolean {
  const wanted = pin.version.replace(/^v/i, "").toLowerCase();
  const major = Number.parseInt(version, 10);
  if (["node", "current", "latest", "stable"].includes(wanted)) return true;
  if (wanted.startsWith("lts")) {
    const name = wanted.split("/")[1] ?? "*";
    return name === "*" ? major % 2 === 0 : longTerm[name] === major;
  }
  return version === wanted || version.startsWith(`${wanted.replace(/(\.[x*])+$/, "")}.`);
}
