// poolifier, by its README: a pool of fixed size for steady load, without its queue of tasks (off by default), so that tasks are sent ahead.
// Its processes are left out: beside the other contenders they did not come up within a minute, and why is not known.
import { fileURLToPath } from "node:url";
import { FixedThreadPool } from "poolifier";
import { allOf, poolContender } from "./pool.mjs";

function open(workers) {
  const pool = new FixedThreadPool(workers, fileURLToPath(new URL("../workers/poolifier.mjs", import.meta.url)));
  const one = (n) => pool.execute(n);
  const busy = (us) => pool.execute(us, "busy");
  return { one, busy, all: allOf(one), close: () => pool.destroy() };
}

export const threads = poolContender("poolifier", "peer", open);
