import type { CommandCall } from "./ids.js";

/** A button under a message. */
export interface UserAction {
  readonly title: string;
  readonly command: CommandCall;
}

/** A fault that is told to the user in its own words. Every other error is a bug of ours and goes to the log with its stack. */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * @param message What was wrong, where, and what to do; shown as it is.
   * @param action Button that leads to what to do.
   */
  constructor(
    message: string,
    readonly action?: UserAction,
  ) {
    super(message);
  }
}
