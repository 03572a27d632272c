import { messageOnly } from "../transfer/messageOnly.js";

type Module = typeof import("./failures.js");

interface Failures extends Omit<Module, "transferError"> {
  transferError(...about: Parameters<Module["transferError"]>): unknown;
}

/** What failures need, loaded when the first one comes, or after the first result: a task may take away later what loading needs, such as file descriptors. */
export function failures(): Failures {
  try {
    return require("./failures.js") as Module;
  } catch (cause) {
    return messagesOnly(cause);
  }
}

/** Where they cannot be loaded: what can be said without. */
function messagesOnly(cause: unknown): Failures {
  return {
    encodeThrown: (thrown) => messageOnly(`${textOf(thrown)} (class, stack and properties are lost: ${textOf(cause)})`),
    decodeThrown: () => cause,
    transferError: (_value, _what, refusal) => refusal,
  };
}

function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return "something that cannot be read";
  }
}
