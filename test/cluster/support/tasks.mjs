// Functions of a module that workers of a cluster get as a program.
import { setTimeout as sleep } from "node:timers/promises";
import { currentTask } from "concurrent-futures";

export const add = (a, b) => a + b;
export const pid = () => process.pid;
export const later = async (ms, value) => {
  await sleep(ms);
  return value;
};
export const spin = (ms) => {
  for (const end = Date.now() + ms; Date.now() < end; );
  return ms;
};
export const forever = () => {
  for (;;);
};
export const heeds = () =>
  new Promise((_resolve, reject) => {
    currentTask().signal.addEventListener("abort", () => reject(currentTask().signal.reason), { once: true });
  });
export class Refusal extends Error {
  name = "Refusal";
}
export const fails = (message) => {
  throw Object.assign(new Refusal(message, { cause: new RangeError("below") }), { code: "E_NO", details: { at: 3 } });
};
export function* steps() {
  yield 1;
  yield 2;
  return "end";
}
export const prints = (text) => {
  console.log(text);
  console.error(`${text}!`);
  return text.length;
};
export const big = (bytes) => new Uint8Array(bytes).fill(7);
export const die = () => process.kill(process.pid, "SIGKILL");
export const square = (n) => n * n;
export const pidAndSpin = async (file) => {
  (await import("node:fs")).writeFileSync(file, String(process.pid));
  for (;;);
};
