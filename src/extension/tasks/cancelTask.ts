import type { Kernels } from "../kernel/kernels.js";
import { isOpen } from "./taskRecord.js";
import type { TaskStore } from "./taskStore.js";

/** Asks for the end of a task, and shows that it was asked for. @returns false if it has ended already, or is not kept. */
export function cancelTask(store: TaskStore, kernels: Kernels, id: string): boolean {
  const task = store.get(id);
  if (!task || !isOpen(task)) return false;
  store.markCancelling(id);
  const kernel = kernels.get(task.kernel);
  if (task.session) kernel?.send({ type: "cancelSessionTask", id: task.session.future });
  else kernel?.send({ type: "cancel", taskId: id });
  return true;
}
