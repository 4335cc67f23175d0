/**
 * Runs `work` and closes everything that it opened. Ctrl-C and SIGTERM do so early and exit with 130, since the rest of the work
 * would wait for what is closed.
 */
export async function untilInterrupted<T>(work: (opened: AsyncDisposableStack) => Promise<T>): Promise<T> {
  const opened = new AsyncDisposableStack();
  const interruption = Promise.withResolvers<'interrupted'>();
  const interrupt = () => {
    process.stderr.write('\nstopping everything ...\n');
    interruption.resolve('interrupted');
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const working = work(opened).then((result) => ({ result }));
    working.catch(() => {}); // After an interruption it fails, as everything it uses ends.
    const end = await Promise.race([working, interruption.promise]);
    if (end !== 'interrupted') return end.result;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await opened.disposeAsync();
  }
  process.exit(130);
}
