import { performance } from "node:perf_hooks";
import { ProgramBuilder, type ProgramBuilderOptions } from "../programs/programBuilder.js";
import type { CallProgram, Program, Resolution } from "../programs/types.js";
import type { OverlayFile, SubmitMessage } from "../protocol/messages.js";

/** A call to be scheduled, and how it came about. */
export interface BuiltCall extends CallProgram, Pick<Program, "files"> {
  /** ms */
  readonly buildTime: number;
}

/** Makes the programs of submissions. */
export class Builds {
  #builder: ProgramBuilder | undefined;
  /** The end of the last build of each file that is being built. */
  readonly #turns = new Map<string, Promise<unknown>>();

  configure(options: ProgramBuilderOptions): void {
    void this.#builder?.dispose();
    this.#builder = new ProgramBuilder(options);
  }

  /**
   * Builds the call of a submission. Those of the same file end in the order in which they began: submitted first is queued first.
   * @throws BuildError, ArgumentsError, UnknownFunctionError
   */
  async build(message: SubmitMessage): Promise<BuiltCall> {
    const build = this.#build(message);
    const end = Promise.allSettled([build, this.#turns.get(message.file)]);
    this.#turns.set(message.file, end);
    await end;
    if (this.#turns.get(message.file) === end) this.#turns.delete(message.file);
    return build;
  }

  /** @throws BuildError */
  resolution(file: string, overlay: readonly OverlayFile[]): Promise<Resolution> {
    return this.#configured.resolution({ file, overlay: textsOf(overlay) });
  }

  async #build({ file, overlay, functionName, argumentsText, map }: SubmitMessage): Promise<BuiltCall> {
    const start = performance.now();
    const builder = this.#configured;
    const program = await builder.build({ file, overlay: textsOf(overlay) });
    const call = await builder.buildCall(program, { functionName, argumentsText, isMap: map !== undefined });
    return { ...call, warnings: [...program.warnings, ...call.warnings], files: program.files, buildTime: performance.now() - start };
  }

  get #configured(): ProgramBuilder {
    if (!this.#builder) throw new Error("the kernel was not configured before the first submission");
    return this.#builder;
  }
}

function textsOf(overlay: readonly OverlayFile[]): ReadonlyMap<string, string> {
  return new Map(overlay.map(({ path, text }) => [path, text]));
}
