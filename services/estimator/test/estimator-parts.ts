import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker, Message } from '@attrai/broker/broker';
import { EmbeddedBroker } from '@attrai/broker/embedded-broker';
import type { PhotoRef } from '@attrai/contracts/photo-ref';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { EstimateRequest } from '@attrai/contracts/request';
import { type EstimateResult, estimateResult } from '@attrai/contracts/result';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import { createLogger } from '@attrai/telemetry/logger';
import type { Decoded, Estimate, LookOptions, VisionInSteps } from '@attrai/vision/vision';
import { vi } from 'vitest';
import { WatchedPhoto } from '../src/watched-photo.ts';
import { OwnVision } from '../src/watched-vision.ts';
import { decodedTo } from './scripted-vision.ts';

export const PHOTO = Buffer.from('the photo');

/** A stand-in for the pipeline that answers, fails or waits as told. It counts its photos. */
export function scriptedVision(
  look: (photo: Uint8Array, wishes: LookOptions | undefined) => Promise<Estimate>,
  decode: (photo: Buffer) => Promise<Decoded> = async (photo) => decodedTo(photo),
) {
  const seen = { decoded: 0, photos: 0, inHand: 0, mostInHand: 0 };
  const script: VisionInSteps = {
    async decode(photo) {
      seen.decoded += 1;
      return await decode(photo);
    },
    async look({ pixels }, wishes) {
      seen.photos += 1;
      seen.mostInHand = Math.max(seen.mostInHand, ++seen.inHand);
      try {
        return await look(pixels.data, wishes);
      } finally {
        seen.inHand -= 1;
      }
    },
    async close() {},
  };
  // Without a watchdog: a test that hangs should end by its own timeout.
  return { vision: new OwnVision(script, new WatchedPhoto(WatchedPhoto.memory())), seen };
}

type OnFatal = (error: unknown) => void;

export async function openParts(kind: 'volume' | 'message', cleanups: (() => unknown)[], onFatal: OnFatal = () => {}) {
  const dir = mkdtempSync(join(tmpdir(), 'attrai-estimator-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  const photoStore = await openPhotoStore(kind, dir);
  const broker = new EmbeddedBroker({ onFatal });
  cleanups.push(() => broker.close());
  const lines: string[] = [];
  const logger = createLogger({ service: 'estimator', destination: { write: (line) => void lines.push(line) } });
  return { photoStore, broker, logger, lines };
}

let requests = 0;

/** Stores a photo and publishes its request, as the bot does. */
export async function sendPhoto(
  broker: Broker,
  photoStore: PhotoStore,
  change: Partial<EstimateRequest> = {},
  photo = PHOTO,
) {
  const id = nextId();
  const parcel = await photoStore.put(`${id}.original`, photo);
  const request = { ...requestFor(parcel.ref, id), ...change };
  await broker.publish(TO_ESTIMATE, message(request, parcel.attachment));
  return request;
}

/** A request whose photo is not stored yet. */
export function requestFor(photo: PhotoRef, id = nextId()): EstimateRequest {
  return {
    v: 1,
    id,
    photo,
    replyTo: { userId: 1, chatId: 2, messageId: 3, placeholderId: 4, language: 'es' },
    acceptedAt: Date.now(),
    deadline: Date.now() + 600_000,
  };
}

function nextId(): string {
  return `request${String(++requests).padStart(9, '0')}`;
}

export function message(json: unknown, attachment?: Buffer): Message {
  return { json, ...(attachment && { attachment }) };
}

/** Collects what the estimator answers. */
export async function collectResults(broker: Broker) {
  const results: { result: EstimateResult; attachment: Buffer | undefined }[] = [];
  await broker.consume(AFTER_ESTIMATE, 100, async ({ json, attachment }) => {
    results.push({ result: estimateResult.parse(json), attachment });
  });
  return {
    results,
    async first(count = 1) {
      await vi.waitFor(() => {
        if (results.length < count) throw new Error(`${results.length} of ${count} results`);
      }, 40_000);
      return results;
    },
  };
}

/** Resolves when no message waits, dead letters included. */
export async function settled(broker: Broker) {
  await vi.waitFor(async () => {
    for (const queue of [TO_ESTIMATE, TO_ESTIMATE_DEAD] as const) {
      if ((await broker.depth(queue)) > 0) throw new Error(`messages wait in ${queue}`);
    }
  }, 40_000);
}

/** A broker that passes every call on, to change a method of. */
export function passOn(broker: Broker): Broker {
  return {
    get connected() {
      return broker.connected;
    },
    get problem() {
      return broker.problem;
    },
    publish: (queue, message) => broker.publish(queue, message),
    consume: (queue, prefetch, handler) => broker.consume(queue, prefetch, handler),
    depth: (queue) => broker.depth(queue),
    consumers: (queue) => broker.consumers(queue),
    close: () => broker.close(),
  };
}

/** A photo store that passes every call on, to change a method of. */
export function passOnStore(store: PhotoStore): PhotoStore {
  return {
    put: (key, bytes) => store.put(key, bytes),
    get: (parcel) => store.get(parcel),
    delete: (...refs) => store.delete(...refs),
    refOf: (key) => store.refOf(key),
    check: () => store.check(),
    keys: () => store.keys(),
  };
}
