import workerpool from "workerpool";
import { noop } from "../task.mjs";

workerpool.worker({ noop });
