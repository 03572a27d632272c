// @ts-check
// All measures, in the order in which they run. Loads the built library and the peers, so both must be there before it is imported.
import { roundTrip } from "./measures/roundTrip.mjs";
import { throughput } from "./measures/throughput.mjs";
import * as ours from "./pools/ours.mjs";
import * as piscina from "./pools/piscina.mjs";
import * as raw from "./pools/raw.mjs";
import * as tinypool from "./pools/tinypool.mjs";
import * as workerpool from "./pools/workerpool.mjs";

const threads = [ours.threads, raw.threads, piscina.threads, tinypool.threads, workerpool.threads];
const processes = [ours.processes, raw.processes, raw.processesByClone, tinypool.processes, workerpool.processes];

export const suite = [
  throughput("threads", [...threads, piscina.threadsSendingAhead]),
  roundTrip("threads", threads),
  throughput("processes", processes),
  roundTrip("processes", processes),
];
