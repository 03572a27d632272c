/** `futures worker`: takes tasks from the queue of a cluster until it is told to end. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ClusterWorker, type ClusterWorkerOptions } from "../cluster/index.js";

export const workerUsage = `       futures worker --queue NAME --trust FILE --key FILE (--threads N | --processes N) [--connection URL]
                      [--name NAME] [--ca FILE] [--cert FILE --cert-key FILE] [--insecure] [--allow-plaintext]
       futures keygen FILE

  worker  Runs the tasks of a queue on this machine, at most N at a time. The server is redis://… or rediss://…, from --connection or,
          where other users could read it in the list of processes, from FUTURES_CONNECTION. --trust names a file with the public
          keys of those who may submit, --key the private key of this worker; --ca, --cert and --cert-key are for TLS. SIGTERM lets running tasks end, a second one ends them.
  keygen  Writes a private key to FILE and prints the public key for the others' --trust; FILE.pub holds it, too.
`;

const options = {
  connection: { type: "string" },
  queue: { type: "string" },
  threads: { type: "string" },
  processes: { type: "string" },
  trust: { type: "string" },
  key: { type: "string" },
  name: { type: "string" },
  insecure: { type: "boolean" },
  "allow-plaintext": { type: "boolean" },
  ca: { type: "string" },
  cert: { type: "string" },
  "cert-key": { type: "string" },
} as const;

/** @returns the exit code: 0 when it was told to end, 2 if it cannot work with the arguments, 1 if the server cannot be reached. */
export async function runWorker(args: readonly string[], libraryUrl: string): Promise<number> {
  let worker: ClusterWorker;
  try {
    worker = new ClusterWorker(optionsIn(args), libraryUrl);
  } catch (error) {
    process.stderr.write(`futures worker: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  const ended = endBySignals(worker);
  try {
    await worker.start();
  } catch (error) {
    process.stderr.write(`futures worker: ${error instanceof Error ? error.message : String(error)}\n`);
    await worker.kill();
    return 1;
  }
  process.stderr.write(`futures worker ${worker.name}: ready\n`);
  return ended;
}

function optionsIn(args: readonly string[]): ClusterWorkerOptions {
  const { values } = parseArgs({ args: [...args], options });
  const connection = (values.connection ?? process.env["FUTURES_CONNECTION"]) || undefined;
  if (connection === undefined) throw new Error("there is no server: give --connection redis://…, or FUTURES_CONNECTION");
  if (values.queue === undefined) throw new Error("there is no queue: give --queue NAME");
  if (values.threads !== undefined && values.processes !== undefined)
    throw new Error("it runs tasks in threads or in processes: give one of --threads and --processes");
  const count = values.threads ?? values.processes;
  if (count !== undefined && !/^[1-9]\d{0,3}$/.test(count))
    throw new Error(`the number of tasks at a time has to be from 1 to 9999, and is ${count}`);
  return {
    connection,
    queue: values.queue,
    kind: values.threads === undefined ? "processes" : "threads",
    ...(count !== undefined && { slots: Number(count) }),
    ...(values.name !== undefined && { name: values.name }),
    ...(values.trust !== undefined && { trust: values.trust }),
    ...(values.key !== undefined && { key: values.key }),
    insecure: values.insecure ?? false,
    allowPlaintext: values["allow-plaintext"] ?? false,
    tls: {
      ...(values.ca !== undefined && { ca: readFileSync(values.ca) }),
      ...(values.cert !== undefined && { cert: readFileSync(values.cert) }),
      ...(values["cert-key"] !== undefined && { key: readFileSync(values["cert-key"]) }),
    },
  };
}

/** Resolves to the exit code when the worker has ended: SIGTERM and SIGINT let its tasks end, a second one ends them. */
function endBySignals(worker: ClusterWorker): Promise<number> {
  return new Promise((resolve) => {
    let told = 0;
    const end = (signal: NodeJS.Signals): void => {
      told += 1;
      if (told === 1) {
        process.stderr.write(`futures worker ${worker.name}: ${signal}: takes no more tasks, and ends when those that run are done\n`);
        void worker.drain().then(() => {
          const code = told > 1 ? 1 : 0;
          resolve(code);
          // What is left is a connection that waits for a server which is away.
          setTimeout(() => process.exit(code), 500).unref();
        });
      } else {
        process.stderr.write(`futures worker ${worker.name}: ${signal} again: ends now\n`);
        void worker.kill();
        setTimeout(() => process.exit(1), 2_000).unref();
      }
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, end);
  });
}
