import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
export const collectGarbage = vm.runInNewContext("gc") as () => void;

/** Resolves to true when the object is gone, to false when it has outlived many collections. */
export async function collected(ref: WeakRef<object>): Promise<boolean> {
  for (let i = 0; i < 100; i += 1) {
    await new Promise((resolve) => setImmediate(resolve)); // a WeakRef holds its object until the end of the turn
    collectGarbage();
    if (ref.deref() === undefined) return true;
  }
  return false;
}

/** What can be collected is collected, finalizers included. */
export async function collectGarbageForAWhile(): Promise<void> {
  for (let i = 0; i < 10; i += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
}
