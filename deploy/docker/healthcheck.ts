/**
 * The images' HEALTHCHECK: exit code 0 if the process in this container can do its work, else 1 with its reasons.
 * `docker inspect` shows what was printed.
 */
const limitMs = 4_000;

try {
  const url = `http://127.0.0.1:${process.env.HEALTH_PORT}/readyz`;
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  process.stdout.write(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`No answer: ${(error as Error).message}`);
  process.exitCode = 1;
}
