import { inspect } from "node:util";
import { BrokenExecutor, TransferError, WorkerDiedError } from "../futures/index.js";
import { ArgumentsError, BuildError } from "../programs/errors.js";
import { parseStack } from "../programs/stack.js";
import type { BuildProblem } from "../programs/types.js";
import type { ErrorDescription, ErrorSource, StackFrame } from "../protocol/values.js";
import { ClusterSettingError } from "./clusters/clusterOptions.js";

/** Causes followed. */
const causeLimit = 8;
/** Characters of a message. */
const messageLimit = 10_000;

/** Where stacks may lead to, beside the user's files. */
export interface KnownPlaces {
  readonly programsDirectory: string;
  readonly libraryDirectory: string;
}

/** Prepares anything that was thrown for people. Never throws. */
export function describeError(thrown: unknown, places: KnownPlaces): ErrorDescription {
  try {
    return describeAny(thrown, places);
  } catch {
    return { source: "task", name: "thrown value", message: "it throws when it is looked at", stack: "", frames: [] };
  }
}

function describeAny(thrown: unknown, places: KnownPlaces): ErrorDescription {
  if (thrown instanceof BuildError) return describeBuildError(thrown);
  if (thrown instanceof ClusterSettingError) return { source: "kernel", name: thrown.name, message: thrown.message, stack: "", frames: [] };
  const error = describe(thrown, places, 0);
  if (thrown instanceof ArgumentsError) return { ...error, source: "arguments", stack: "", frames: [] };
  // The death of a worker has no place of its own; the uncaught error that led to it has.
  if (thrown instanceof WorkerDiedError)
    return { ...error, message: withAdvice(error.message), stack: error.cause?.stack ?? "", frames: error.cause?.frames ?? [] };
  return error;
}

function withAdvice(message: string): string {
  return message.endsWith("it ran out of memory") ? `${message}; the setting futures.maxMemory gives workers more` : message;
}

/** The wait for a result is over; the task is not. */
export function describeTimeout(error: Error): ErrorDescription {
  return { source: "timeout", name: error.name, message: error.message, stack: "", frames: [] };
}

/** The same, with where the task was when it was to stop. @param stack as V8 writes it. */
export function describeWhere(error: Pick<ErrorDescription, "source" | "name" | "message">, stack: string, places: KnownPlaces): ErrorDescription {
  const frames = parseStack(stack, places).filter((frame) => frame.origin !== "runner");
  return { ...error, stack: [`${error.name}: ${error.message}`, ...frames.map((frame) => `    at ${frame.text}`)].join("\n"), frames };
}

function describe(thrown: unknown, places: KnownPlaces, depth: number): ErrorDescription {
  if (!(thrown instanceof Error)) {
    return { source: "task", name: "thrown value", message: cut(inspect(thrown, { depth: 4 })), stack: "", frames: [] };
  }
  const [name, message, stack] = [thrown.name, thrown.message, thrown.stack].map(textOf) as [string, string, string];
  const frames = parseStack(stack, places, message);
  const shown = frames.filter((frame) => frame.origin !== "runner");
  const properties = Object.fromEntries(Object.entries(thrown).filter(([key]) => !["name", "message", "stack"].includes(key)));
  const nested = (value: unknown): ErrorDescription => describe(value, places, depth + 1);
  return {
    source: sourceOf(thrown, frames),
    name,
    message: cut(message),
    stack: [`${name}: ${cut(message)}`, ...shown.map((frame) => `    at ${frame.text}`)].join("\n"),
    frames: shown,
    ...(Object.keys(properties).length > 0 ? { properties: cut(inspect(properties, { depth: 4 })) } : {}),
    ...(thrown.cause !== undefined && depth < causeLimit ? { cause: nested(thrown.cause) } : {}),
    ...(thrown instanceof AggregateError && depth < causeLimit ? { errors: thrown.errors.slice(0, 20).map(nested) } : {}),
  };
}

/** What is no text in an error was put there by the user. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : inspect(value);
}

function sourceOf(error: Error, frames: readonly StackFrame[]): ErrorSource {
  if (error instanceof TransferError) return "transfer";
  if (error instanceof BrokenExecutor) return "worker";
  const first = frames.find((frame) => frame.origin !== "node");
  return first?.origin === "arguments" ? "arguments" : "task";
}

function describeBuildError(error: BuildError): ErrorDescription {
  const frameOf = (problem: BuildProblem): StackFrame[] => {
    if (problem.file === undefined) return [];
    const { file, line, column } = problem;
    const place = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
    return [{ file, ...place, origin: "user", text: [file, line, column].filter((part) => part !== undefined).join(":") }];
  };
  return {
    source: "build",
    name: error.name,
    message: cut(error.message),
    stack: "",
    frames: error.problems.slice(0, 1).flatMap(frameOf),
    errors: error.problems
      .slice(0, 20)
      .map((problem) => ({ source: "build", name: error.name, message: cut(problem.message), stack: "", frames: frameOf(problem) })),
  };
}

function cut(text: string): string {
  return text.length <= messageLimit ? text : `${text.slice(0, messageLimit)}…`;
}
