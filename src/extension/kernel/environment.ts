/**
 * The environment of the kernel: the user's, without what the editor put there for its own processes. NODE_OPTIONS goes too:
 * what it asks for, a debugger or a loader, is meant for other programs and would run in the kernel and in every worker.
 *
 * @param env The extension host's environment.
 * @param own What the runtime needs, and the variables of the environment file; wins over `env`.
 */
export function kernelEnvironment(env: NodeJS.ProcessEnv, own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/i.test(name));
  const { NODE_OPTIONS: _, ...needed } = own;
  return { ...Object.fromEntries(kept), ...needed };
}
