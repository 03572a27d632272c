import { expose } from "threads/worker";
import { noop } from "../task.mjs";

expose({ noop });
