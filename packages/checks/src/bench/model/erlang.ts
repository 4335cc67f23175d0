/**
 * Probability (0 to 1) that an arrival must wait: Erlang's C formula (A. K. Erlang, 1917; L. Kleinrock, Queueing Systems I,
 * 1975, eq. 3.40). Arrivals are random, and `servers` share one queue. `load` is the arrival rate times the mean service
 * time, in erlang. From `servers` erlang up, everybody waits.
 */
export function probabilityOfWaiting(servers: number, load: number): number {
  if (load >= servers) return 1;
  // Erlang's B by its recursion over the servers, because powers and factorials would overflow.
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

/** Seconds; Infinity if more arrives than can be served. */
export interface Wait {
  mean: number;
  /** 95 of 100 arrivals wait no longer. */
  p95: number;
}

/**
 * Time in the queue of M/M/c: random (exponential) arrivals and service times. The service times of photos vary less, so the
 * real wait is shorter, by at most a half (M/D/c; approximation by Allen and Cunneen).
 *
 * @param perSecond arrivals a second
 * @param rate services a second of one server
 */
export function waitInQueue(servers: number, perSecond: number, rate: number): Wait {
  const spare = servers * rate - perSecond;
  if (spare <= 0) return { mean: Number.POSITIVE_INFINITY, p95: Number.POSITIVE_INFINITY };
  const waits = probabilityOfWaiting(servers, perSecond / rate);
  // P(wait > t) = C e^(-spare t)
  return { mean: waits / spare, p95: Math.max(0, Math.log(waits / 0.05) / spare) };
}
