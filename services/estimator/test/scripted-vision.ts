import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { FatalError, FinalError } from '@attrai/contracts/errors';
import type { VisionOptions } from '@attrai/vision/load-vision';
import type { Decoded, Estimate, VisionInSteps } from '@attrai/vision/vision';
import { NO_FACE, TWO_FACES } from './estimates.ts';

/** Stands in a scripted vision's folder (`modelsDir`) when photos that say "wait" may go on. */
export const GO_ON = 'go-on';
/** What a scripted vision did, a line each, in its folder. */
export const DIARY = 'diary';

/** A photo whose pixels are its bytes: it has nothing else. */
export function decodedTo(photo: Buffer): Decoded {
  return { pixels: { data: Buffer.from(photo), width: 1, height: 1 }, width: 1, height: 1, ms: 0, cpuMs: 0 };
}

const sayingOf = (photo: Uint8Array) => Buffer.from(photo).toString('latin1', 0, 20);

/** A vision that does what its photos say, in whichever thread. Its picture of any other photo is the photo. */
export async function loadScriptedVision({ modelsDir }: VisionOptions): Promise<VisionInSteps> {
  const note = (line: string) => appendFileSync(join(modelsDir, DIARY), `${line}\n`);
  if (existsSync(join(modelsDir, 'unusable'))) throw new FatalError('model_unusable', 'build the models');
  if (existsSync(join(modelsDir, 'deadly'))) process.exit();

  return {
    async decode(photo) {
      const says = sayingOf(photo);
      note(`decodes ${says}`);
      if (says === 'unreadable') throw new FinalError('unreadable', 'no photo', { cause: new Error('bad marker') });
      return decodedTo(photo);
    },
    async look({ pixels: { data } }, wishes): Promise<Estimate> {
      const says = sayingOf(data);
      note(`begins ${says}`);
      if (says === 'wait') while (!existsSync(join(modelsDir, GO_ON))) await pause(5);
      if (says === 'fatal') throw new FatalError('model_unusable', 'broken');
      if (says === 'bug') throw new TypeError('nobody thought of this');
      if (says === 'no cause at all') throw 'a mere text';
      if (says === 'end the thread') process.exit();
      if (says === 'break the thread') setImmediate(() => Promise.reject(new Error('a stray rejection')));
      if (says === 'break the thread') await new Promise(() => {});
      if (says === 'end it later') setImmediate(() => process.exit());
      if (says === 'tell wishes') return { ...TWO_FACES, picture: Buffer.from(JSON.stringify(wishes)) };
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      note(`ends ${says}`);
      return says === 'no face' ? NO_FACE : { ...TWO_FACES, picture: Buffer.from(data) };
    },
    async close() {
      note('closes');
    },
  };
}
