import { ThreadWorker } from "poolifier";
import { busy, noop } from "../task.mjs";

export default new ThreadWorker({ noop, busy });
