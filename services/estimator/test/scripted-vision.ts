import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { FatalError, FinalError } from '@attrai/contracts/errors';
import type { VisionOptions } from '@attrai/vision/load-vision';
import type { Estimate, Vision } from '@attrai/vision/vision';
import { NO_FACE, TWO_FACES } from './estimates.ts';

/** Stands in a scripted vision's folder (`modelsDir`) when photos that say "wait" may go on. */
export const GO_ON = 'go-on';
/** What a scripted vision did, a line each, in its folder. */
export const DIARY = 'diary';

/** A vision that does what its photos say, in whichever thread. Its picture of any other photo is the photo. */
export async function loadScriptedVision({ modelsDir }: VisionOptions): Promise<Vision> {
  const note = (line: string) => appendFileSync(join(modelsDir, DIARY), `${line}\n`);
  if (existsSync(join(modelsDir, 'unusable'))) throw new FatalError('model_unusable', 'build the models');
  if (existsSync(join(modelsDir, 'deadly'))) process.exit();

  return {
    async estimate(photo, onSeen = () => {}): Promise<Estimate> {
      const says = photo.toString('latin1', 0, 20);
      note(`begins ${says}`);
      if (says === 'wait') while (!existsSync(join(modelsDir, GO_ON))) await pause(5);
      if (says === 'unreadable') throw new FinalError('unreadable', 'no photo', { cause: new Error('bad marker') });
      if (says === 'fatal') throw new FatalError('model_unusable', 'broken');
      if (says === 'bug') throw new TypeError('nobody thought of this');
      if (says === 'no cause at all') throw 'a mere text';
      if (says === 'end the thread') process.exit();
      if (says === 'break the thread') setImmediate(() => Promise.reject(new Error('a stray rejection')));
      if (says === 'break the thread') await new Promise(() => {});
      if (says === 'end it later') setImmediate(() => process.exit());
      onSeen();
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      note(`ends ${says}`);
      return says === 'no face' ? NO_FACE : { ...TWO_FACES, picture: Buffer.from(photo) };
    },
    async close() {
      note('closes');
    },
  };
}
