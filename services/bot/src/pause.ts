/** Waits for `ms` milliseconds and resolves to true. Resolves to false at once when `stopping` aborts. */
export function pause(ms: number, stopping?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (waited: boolean) => {
      clearTimeout(timer);
      stopping?.removeEventListener('abort', stop);
      resolve(waited);
    };
    const stop = () => end(false);
    const timer = setTimeout(end, ms, true);
    if (stopping?.aborted) stop();
    else stopping?.addEventListener('abort', stop);
  });
}
