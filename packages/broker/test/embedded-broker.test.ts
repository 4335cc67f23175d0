import { createEmbeddedBroker } from '@attrai/broker/embedded-broker';
import { onTestFinished } from 'vitest';
import { brokerConformance } from './conformance.ts';

brokerConformance({
  async open(onFatal) {
    const broker = createEmbeddedBroker({ onFatal, timing: { retry: [5, 50] } });
    onTestFinished(() => broker.close());
    return broker;
  },
  countsHandBacks: false,
});
