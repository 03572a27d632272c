// @ts-check
// All measures, in the order in which they run. Loads the built library and the peers, so both must be there before it is imported.
import { runMeasure } from "./harness.mjs";
import { extensionActivation } from "./measures/extensionActivation.mjs";
import { kernelColdStart } from "./measures/kernelColdStart.mjs";
import { kernelSubmission } from "./measures/kernelSubmission.mjs";
import { roundTrip } from "./measures/roundTrip.mjs";
import { throughput } from "./measures/throughput.mjs";
import * as ours from "./pools/ours.mjs";
import * as piscina from "./pools/piscina.mjs";
import * as raw from "./pools/raw.mjs";
import * as tinypool from "./pools/tinypool.mjs";
import * as workerpool from "./pools/workerpool.mjs";

const threads = [ours.threads, raw.threads, piscina.threads, tinypool.threads, workerpool.threads];
const processes = [ours.processes, raw.processes, raw.processesByClone, tinypool.processes, workerpool.processes];

/**
 * @template T
 * @param {import("./harness.mjs").Measure<T>} measure
 */
const entry = (measure) => ({
  name: measure.name,
  ids: measure.figures.map(({ id }) => id),
  needsHost: false,
  run: (/** @type {import("./harness.mjs").Plan} */ plan, /** @type {(text: string) => void} */ say) => runMeasure(measure, plan, say),
});

export const suite = [
  entry(throughput("threads", [...threads, piscina.threadsSendingAhead])),
  entry(roundTrip("threads", threads)),
  entry(throughput("processes", processes)),
  entry(roundTrip("processes", processes)),
  entry(kernelColdStart),
  entry(kernelSubmission),
  { ...entry(extensionActivation), needsHost: true },
];
