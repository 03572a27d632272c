import workerpool from "workerpool";
import { busy, noop } from "../task.mjs";

workerpool.worker({ noop, busy });
