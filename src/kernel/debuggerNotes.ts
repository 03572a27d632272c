/** What Node writes to stderr when its inspector listens and when a debugger comes and goes. */
export const debuggerNotes =
  /^(?:Debugger listening on ws:.*|For help, see: https:\/\/nodejs\.org\/en\/docs\/inspector|Debugger attached\.|Debugger ending on ws:.*|Waiting for the debugger to disconnect\.\.\.)\r?\n/gm;
