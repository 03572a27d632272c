/** True in the file that was started, false in one that was imported; Node has it since 24.2, and the runner of these examples everywhere. */
interface ImportMeta {
  readonly main: boolean;
}
