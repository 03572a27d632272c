/**
 * How long something took: `0.8 ms`, `12 ms`, `1.21 s`, `45.3 s`, `2 m 05 s`, `1 h 02 m`.
 *
 * @param ms Milliseconds; less than 0 counts as 0.
 */
export function formatDuration(ms: number): string {
  const time = Math.max(0, ms);
  // The limits lie where rounding would already show the next unit: 999.6 ms is 1.00 s.
  if (time < 9.95) return `${Number(time.toFixed(1))} ms`;
  if (time < 999.5) return `${Math.round(time)} ms`;
  if (time < 9_995) return `${(time / 1000).toFixed(2)} s`;
  if (time < 59_950) return `${(time / 1000).toFixed(1)} s`;
  return formatElapsed(Math.round(time / 1000) * 1000);
}

/**
 * How long something has been going on, in whole seconds: `0 s`, `3 s`, `2 m 05 s`, `1 h 02 m`.
 *
 * @param ms Milliseconds; less than 0 counts as 0.
 */
export function formatElapsed(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)} m`;
}
