// @ts-check

// NODE_OPTIONS would reach every extension host, kernel and worker. VSCODE_* and ELECTRON_* come from an editor whose terminal we
// may have been started in and would connect ours to that one. The rest is what `npm run` adds, which a served terminal must not see.
const leaking = /^(NODE_OPTIONS$|VSCODE_|ELECTRON_|INIT_CWD$|npm_(command|execpath|node_execpath|lifecycle_|package_))/;

/**
 * The environment for an editor that is started as if by hand.
 * @param {NodeJS.ProcessEnv} [extra] Variables to add; they win over the inherited ones and are not filtered.
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnvironment(extra = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !leaking.test(name));
  return { ...Object.fromEntries(inherited), ...extra };
}
