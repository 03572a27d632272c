// @ts-check
/** A class of errors that this module and the program of a test both register, each its own. */
import { registerErrorClass } from "concurrent-futures";

class Explosive extends Error {}
registerErrorClass(Explosive, "Explosive");

export function explode() {
  throw new Explosive("from the worker");
}
