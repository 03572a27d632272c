// @ts-check
// All measures, in the order in which they run. Loads the built library and the peers, so both must be there before it is imported.

import { serverProgram } from "./cluster/server.mjs";
import { SharedEditor } from "./editor/sharedEditor.mjs";
import { runMeasure } from "./harness.mjs";
import { clusterMap, clusterRoundTrip, clusterStart } from "./measures/cluster.mjs";
import { coldStart } from "./measures/coldStart.mjs";
import { extensionActivation } from "./measures/extensionActivation.mjs";
import { extensionHost, largeFile, manyTasks } from "./measures/extensionHost.mjs";
import { kernelColdStart } from "./measures/kernelColdStart.mjs";
import { kernelSubmission } from "./measures/kernelSubmission.mjs";
import { largeResults, transfer } from "./measures/largeData.mjs";
import { map } from "./measures/map.mjs";
import { mixed } from "./measures/mixed.mjs";
import { longCell, notebook } from "./measures/notebook.mjs";
import { idle, queued } from "./measures/programs.mjs";
import { rerun } from "./measures/rerun.mjs";
import { roundTrip } from "./measures/roundTrip.mjs";
import { throughput } from "./measures/throughput.mjs";
import * as data from "./pools/data.mjs";
import * as jestWorker from "./pools/jestWorker.mjs";
import * as mixedContenders from "./pools/mixed.mjs";
import * as ours from "./pools/ours.mjs";
import * as piscina from "./pools/piscina.mjs";
import * as poolifier from "./pools/poolifier.mjs";
import * as raw from "./pools/raw.mjs";
import * as rawAtomics from "./pools/rawAtomics.mjs";
import * as threadsJs from "./pools/threadsJs.mjs";
import * as tinypool from "./pools/tinypool.mjs";
import * as workerpool from "./pools/workerpool.mjs";

const threads = [ours.threads, raw.threads, piscina.threads, tinypool.threads, workerpool.threads, poolifier.threads, jestWorker.threads];
const processes = [ours.processes, raw.processes, raw.processesByClone, tinypool.processes, workerpool.processes, jestWorker.processes];
const sleepers = [rawAtomics.threads, .../** @type {typeof threads} */ (threads).map(asReference)];

/**
 * Beside the floor that a thread asleep sets, Node's own messages are one more to compare with.
 * @param {import("./pools/pool.mjs").PoolContender} contender
 */
function asReference(contender) {
  return contender === raw.threads ? { ...contender, role: /** @type {const} */ ("reference") } : contender;
}

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

/** None where there is no Redis and no Valkey. */
const cluster = serverProgram() === undefined ? [] : [entry(clusterRoundTrip), entry(clusterMap), entry(clusterStart)];

const editor = new SharedEditor();

/** To be called when all that was wanted has run. */
export const endSuite = () => editor.close();

export const suite = [
  entry(throughput("threads", [...threads, piscina.threadsSendingAhead, threadsJs.threads])),
  entry(roundTrip("threads", sleepers)),
  entry(throughput("processes", processes)),
  entry(roundTrip("processes", processes)),
  entry(map("threads", ours.map.threads.open)),
  entry(map("processes", ours.map.processes.open)),
  entry(mixed("threads", mixedContenders.threads)),
  entry(mixed("processes", mixedContenders.processes)),
  entry(transfer(data.contenders)),
  entry(largeResults(data.contenders)),
  entry(coldStart("threads")),
  entry(coldStart("processes")),
  entry(queued),
  entry(idle("threads")),
  entry(idle("processes")),
  ...cluster,
  entry(kernelColdStart),
  entry(kernelSubmission),
  entry(notebook),
  entry(longCell),
  { ...entry(extensionActivation(editor)), needsHost: true },
  { ...entry(extensionHost(editor)), needsHost: true },
  { ...entry(largeFile(editor)), needsHost: true },
  { ...entry(manyTasks(editor)), needsHost: true },
  { ...entry(rerun(editor)), needsHost: true },
];
