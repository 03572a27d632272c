import { ThreadWorker } from "poolifier";
import { noop } from "../task.mjs";

export default new ThreadWorker(noop);
