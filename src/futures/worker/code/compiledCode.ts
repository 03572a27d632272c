/** The text of what a kind of worker runs, and what V8 has made of it once it had run; V8 takes them only together. Bytes, the text in latin1. */
export interface CompiledCode {
  readonly text: Uint8Array;
  readonly data: Uint8Array;
}

/** What a worker knows from its start: code to begin with, or that the pool would like to have some. */
export type GivenCode = CompiledCode | "wanted" | undefined;
