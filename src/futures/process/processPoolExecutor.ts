import { BrokenProcessPool } from "../errors.js";
import { PoolExecutor } from "../pool/poolExecutor.js";
import { BrokerTransport } from "./brokerTransport.js";
import { checkProcessPoolOptions, type ProcessPoolOptions } from "./processPoolOptions.js";
import { ProcessTransport } from "./processTransport.js";

/** Runs calls on processes started by `child_process.fork`; arguments and results are copied by structured clone. CPython `ProcessPoolExecutor`. */
export class ProcessPoolExecutor extends PoolExecutor {
  /** @throws TypeError or RangeError for bad options; nothing is started before the first `submit`. */
  constructor(options: ProcessPoolOptions = {}) {
    checkProcessPoolOptions(options);
    const transport = options?.broker ? new BrokerTransport(options) : new ProcessTransport(options);
    super("ProcessPoolExecutor", transport, BrokenProcessPool, options);
  }
}
