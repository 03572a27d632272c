import assert from "node:assert/strict";
import { once } from "node:events";
import path from "node:path";
import { KernelDriver } from "../support/kernelDriver.js";
import { gone, membersOf } from "../support/processes.js";

const folder = path.resolve("test/fixtures/workspace");

describe("the end of the kernel", () => {
  const kernels: KernelDriver[] = [];
  // A test that failed half way has endless loops running.
  afterEach(() => Promise.all(kernels.splice(0).map((kernel) => kernel.dispose())));

  const busy = async (): Promise<{ kernel: KernelDriver; pids: number[] }> => {
    const kernel = new KernelDriver(folder);
    kernels.push(kernel);
    const endless = [
      kernel.submit("tasks.ts", "spin"),
      kernel.submit("tasks.ts", "spinWithChild"),
      kernel.submit("tasks.ts", "spin", "", { executor: "processes" }),
      kernel.submit("tasks.ts", "spinWithChild", "", { executor: "processes" }),
    ];
    for (const id of endless) await kernel.event(id, "started");
    for (const id of [endless[1], endless[3]]) await kernel.until(() => /child \d+/.test(kernel.outputOf(id as string)), "the child of a task");
    const pids = process.platform === "linux" ? membersOf(kernel.child.pid as number) : [kernel.child.pid as number];
    assert.ok(process.platform !== "linux" || pids.length >= 5, `only ${pids} run`);
    return { kernel, pids };
  };

  it("comes with the end of its channel, and takes every worker and their children along, also those in endless loops", async () => {
    const { kernel, pids } = await busy();
    kernel.child.disconnect();
    for (const pid of pids) assert.equal(await gone(pid), true, `${pid} outlived the channel by 2 s`);
  });

  it("comes with the message shutdown", async () => {
    const { kernel, pids } = await busy();
    kernel.send({ type: "shutdown" });
    await once(kernel.child, "exit");
    for (const pid of pids) assert.equal(await gone(pid), true, `${pid} outlived the kernel by 2 s`);
  });
});
