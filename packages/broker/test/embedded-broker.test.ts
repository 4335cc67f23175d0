import { onTestFinished } from 'vitest';
import { EmbeddedBroker } from '../src/embedded-broker.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';
import { brokerConformance } from './conformance.ts';
import { stoppingConformance } from './conformance-stopping.ts';

const underTest: BrokerUnderTest = {
  async open(onFatal, retry) {
    const broker = new EmbeddedBroker({ onFatal, timing: { retry } });
    onTestFinished(() => broker.close());
    return broker;
  },
  countsHandBacks: false,
};
brokerConformance(underTest);
stoppingConformance(underTest);
