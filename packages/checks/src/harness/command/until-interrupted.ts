/**
 * Does a piece of work and ends everything that it opened. Gives undefined if Ctrl-C or SIGTERM comes first; the caller then ends the process,
 * for what was under way still waits for what has ended.
 */
export async function untilInterrupted<T>(work: (opened: AsyncDisposableStack) => Promise<T>): Promise<T | undefined> {
  const opened = new AsyncDisposableStack();
  const interrupted = Promise.withResolvers<undefined>();
  const interrupt = () => {
    process.stderr.write('\nstopping everything ...\n');
    interrupted.resolve(undefined);
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const working = work(opened);
    working.catch(() => {}); // After an interruption it fails, as everything it uses ends.
    return await Promise.race([working, interrupted.promise]);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await opened.disposeAsync();
  }
}
