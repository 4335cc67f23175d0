/** Runs `work`, then closes everything in `opened`. After Ctrl-C or SIGTERM it closes that at once and exits with 130. */
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
    working.catch(() => {}); // It fails after an interruption, because everything it uses is closed.
    const end = await Promise.race([working, interruption.promise]);
    if (end !== 'interrupted') return end.result;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await opened.disposeAsync();
  }
  process.exit(130);
}
