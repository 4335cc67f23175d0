import { createEmbeddedBroker } from '@attrai/broker/embedded-broker';
import { onTestFinished } from 'vitest';
import { brokerConformance } from './conformance.ts';

brokerConformance({
  async open(onFatal, retry) {
    const broker = createEmbeddedBroker({ onFatal, timing: { retry } });
    onTestFinished(() => broker.close());
    return broker;
  },
  countsHandBacks: false,
});
