/** ms without a server after which it is not waited for any more. */
const patience = 3_000;
const step = 250;

/** Resolves as `said` does, or when the server has been away for a while. @param isAway whether it is, and nothing here is left to be done. */
export async function unlessAway(said: Promise<unknown>, isAway: () => boolean): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const away = new Promise<void>((resolve) => {
    let since = 0;
    timer = setInterval(() => {
      since = isAway() ? since + step : 0;
      if (since >= patience) resolve();
    }, step);
  });
  try {
    await Promise.race([said, away]);
  } finally {
    clearInterval(timer);
  }
}
