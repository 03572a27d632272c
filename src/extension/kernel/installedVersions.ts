import { readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

export interface InstalledVersion {
  /** Absolute path. */
  readonly command: string;
  /** Without the leading `v`. */
  readonly version: string;
}

/** What version managers have installed, the newest first; by the names of their folders, so none of them is run. */
export async function installedVersions(env: NodeJS.ProcessEnv, home: string = os.homedir()): Promise<InstalledVersion[]> {
  const found = await Promise.all(stores(env, home).map(({ folder, inside }) => versionsIn(folder, inside)));
  return found.flat().sort((a, b) => b.version.localeCompare(a.version, "en", { numeric: true }));
}

/** Folders with one folder a version, and where the program is in that. */
function stores(env: NodeJS.ProcessEnv, home: string): { readonly folder: string; readonly inside: string }[] {
  const data = env.XDG_DATA_HOME ?? path.join(home, ".local", "share");
  const bin = path.join("bin", "node");
  return [
    { folder: path.join(env.NVM_DIR ?? path.join(home, ".nvm"), "versions", "node"), inside: bin },
    { folder: path.join(env.VOLTA_HOME ?? path.join(home, ".volta"), "tools", "image", "node"), inside: bin },
    { folder: path.join(env.FNM_DIR ?? path.join(data, "fnm"), "node-versions"), inside: path.join("installation", bin) },
    { folder: path.join(env.NODENV_ROOT ?? path.join(home, ".nodenv"), "versions"), inside: bin },
    { folder: path.join(env.ASDF_DATA_DIR ?? path.join(home, ".asdf"), "installs", "nodejs"), inside: bin },
    { folder: path.join(env.MISE_DATA_DIR ?? path.join(data, "mise"), "installs", "node"), inside: bin },
    { folder: path.join(env.N_PREFIX ?? "/usr/local", "n", "versions", "node"), inside: bin },
    ...(env.NVM_HOME ? [{ folder: env.NVM_HOME, inside: "node.exe" }] : []), // nvm for Windows
  ];
}

async function versionsIn(folder: string, inside: string): Promise<InstalledVersion[]> {
  try {
    const names = (await readdir(folder)).filter((name) => /^v?\d+\.\d+\.\d+$/.test(name));
    return names.map((name) => ({ command: path.join(folder, name, inside), version: name.replace(/^v/, "") }));
  } catch {
    return []; // that manager is not there
  }
}
