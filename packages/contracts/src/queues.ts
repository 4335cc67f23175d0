/** The three durable queues. Names are part of the contract between services of different versions. */
export const TO_ESTIMATE = 'to_estimate';
export const AFTER_ESTIMATE = 'after_estimate';
export const TO_ESTIMATE_DEAD = 'to_estimate.dead';

export type QueueName = typeof TO_ESTIMATE | typeof AFTER_ESTIMATE | typeof TO_ESTIMATE_DEAD;

/** A message of `to_estimate` that was delivered this often without an answer goes to `to_estimate.dead`. */
export const MAX_DELIVERIES = 3;
