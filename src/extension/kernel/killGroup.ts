import { execFile } from "node:child_process";

/**
 * Ends a kernel and everything that it started, at once. The kernel leads a process group of its own, so its workers go with it
 * even when it is already gone itself.
 *
 * @param pid The kernel's process id.
 */
export function killGroup(pid: number): void {
  if (process.platform === "win32") {
    execFile("taskkill", ["/pid", String(pid), "/T", "/F"], { windowsHide: true }, () => {});
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: nothing of it is left. EPERM on macOS: what is left is dead and not yet collected.
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
