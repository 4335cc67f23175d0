/**
 * Probability (0 to 1) that an arrival has to wait, where arrivals are random and `servers` work on one queue: Erlang's C
 * formula (A. K. Erlang, 1917; L. Kleinrock, Queueing Systems I, 1975, eq. 3.40). `load` is the arrival rate times the mean
 * time of service, in erlang. When it is `servers` or more, everybody waits.
 */
export function probabilityOfWaiting(servers: number, load: number): number {
  if (load >= servers) return 1;
  // Erlang's B by its recursion over the servers, as powers and factorials would overflow.
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

export interface Wait {
  /** Over all arrivals, seconds; Infinity if more arrives than can be served. */
  mean: number;
  /** 19 of 20 wait no longer, seconds. */
  p95: number;
}

/**
 * Time in the queue of M/M/c, where both arrivals and times of service are random (exponential). Photos take more equal
 * times than that, so the true wait is shorter, by half at the most (M/D/c; Allen and Cunneen's approximation).
 *
 * @param perSecond arrivals
 * @param rate what one server does in a second
 */
export function waitInQueue(servers: number, perSecond: number, rate: number): Wait {
  const spare = servers * rate - perSecond;
  if (spare <= 0) return { mean: Number.POSITIVE_INFINITY, p95: Number.POSITIVE_INFINITY };
  const waits = probabilityOfWaiting(servers, perSecond / rate);
  // P(wait > t) = C e^(-spare t)
  return { mean: waits / spare, p95: Math.max(0, Math.log(waits / 0.05) / spare) };
}
