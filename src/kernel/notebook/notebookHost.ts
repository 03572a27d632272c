import type { KernelEvent } from "../../protocol/messages.js";
import type { MessageOfNotebook } from "../../protocol/notebookMessages.js";
import { NotebookSession } from "./notebookSession.js";

export interface NotebookHostOptions {
  readonly libraryUrl: string;
  /** `file:` URL of the built `session/main`. */
  readonly sessionUrl: string;
  /** Folder for what is built. */
  storage(): string;
  /** Options of Node.js. */
  execArgv(): readonly string[];
  push(event: KernelEvent): void;
}

/** The notebook of a kernel that serves one: its session begins with the first cell. */
export class NotebookHost {
  readonly #options: NotebookHostOptions;
  #session: NotebookSession | undefined;

  constructor(options: NotebookHostOptions) {
    this.#options = options;
  }

  take(message: MessageOfNotebook): void {
    switch (message.type) {
      case "runCell": {
        const { run, text, language, source, overlay, executor, timeout, debug, batch } = message;
        const texts = new Map(overlay.map((file) => [file.path, file.text]));
        this.#session ??= this.#begin(message.notebook);
        this.#session.run({
          run,
          text,
          language,
          source,
          texts,
          timeout,
          ...(executor && { executor }),
          ...(debug && { debug }),
          ...(batch !== undefined && { batch }),
        });
        break;
      }
      case "interruptCell":
        this.#session?.interrupt(message.run);
        break;
      case "askCell":
        void this.#answer(message.questionId, this.#session?.ask(message.of, message.question));
        break;
      case "askVariables":
        void this.#answer(
          message.questionId,
          this.#session?.variables().then((variables) => ({ kind: "variables" as const, variables })),
        );
        break;
      case "cancelSessionTask":
        this.#session?.cancelTask(message.id);
        break;
    }
  }

  async #answer(questionId: number, answer: ReturnType<NotebookSession["ask"]> | undefined): Promise<void> {
    this.#options.push({ type: "answer", questionId, answer: (await answer) ?? { kind: "problem", reason: "gone" } });
  }

  #begin(notebook: string): NotebookSession {
    const { libraryUrl, sessionUrl, storage, execArgv, push } = this.#options;
    const cell = (run: number, change: Extract<KernelEvent, { type: "cell" }>["change"]): void => push({ type: "cell", run, at: Date.now(), change });
    return new NotebookSession({
      notebook,
      storage: storage(),
      libraryUrl,
      sessionUrl,
      execArgv: execArgv(),
      listener: {
        started: (run) => cell(run, { kind: "started" }),
        debuggable: (run, port) => cell(run, { kind: "debuggable", port }),
        outputs: (run, outputs) => {
          if (run !== undefined) cell(run, { kind: "outputs", outputs });
          else
            for (const output of outputs)
              if (output.kind === "stream") push({ type: "output", worker: "session", stream: output.stream, text: output.text });
        },
        ended: (run, outcome, isLive) => cell(run, { kind: "ended", outcome, isLive }),
        closed: (run) => cell(run, { kind: "closed" }),
        tasks: (tasks) => push({ type: "sessionTasks", tasks }),
        stuck: (run) => cell(run, { kind: "stuck" }),
        lost: (why) => push({ type: "sessionLost", why }),
      },
    });
  }
}
