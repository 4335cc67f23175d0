import { amqpFaults } from './amqp.ts';
import { botFaults } from './bot.ts';
import { clockFaults } from './clocks.ts';
import { connectionFaults } from './connections.ts';
import { estimatorFaults } from './estimator.ts';
import type { Fault } from './fault.ts';
import { photoFaults } from './photos.ts';
import { serverFaults } from './servers.ts';
import { telegramFaults } from './telegram.ts';

export const FAULTS: Fault[] = [
  ...estimatorFaults,
  ...botFaults,
  ...serverFaults,
  ...connectionFaults,
  ...amqpFaults,
  ...telegramFaults,
  ...photoFaults,
  ...clockFaults,
];
