import { serveVision } from '@attrai/estimator/serve-vision';
import { loadVision } from '@attrai/vision/load-vision';
import type { Decoded, VisionInSteps } from '@attrai/vision/vision';
import { CRASHING_MARK, DEADLY_MARK, ENDING_MARK, ENDLESS_MARK, HANGING_MARK } from '../../harness/load/samples.ts';

/** What hostile photos might do to a decoder, by mark. */
const HARMS: Record<string, () => Promise<void> | void> = {
  // As the kernel does when memory runs out.
  [DEADLY_MARK]: () => void process.kill(process.pid, 'SIGKILL'),
  [CRASHING_MARK]: () => void process.kill(process.pid, 'SIGSEGV'),
  [HANGING_MARK]: () => new Promise(() => {}),
  // As V8 does when the thread's heap is full.
  [ENDING_MARK]: () => process.exit(),
};

function sufferFrom(vision: VisionInSteps): VisionInSteps {
  const endless = new WeakSet<Decoded>();
  return {
    async decode(photo) {
      for (const [mark, harm] of Object.entries(HARMS)) if (photo.includes(mark)) await harm();
      const decoded = await vision.decode(photo);
      if (photo.includes(ENDLESS_MARK)) endless.add(decoded);
      return decoded;
    },
    look(photo, wishes) {
      // As a net that never ends.
      while (endless.has(photo));
      return vision.look(photo, wishes);
    },
    close: () => vision.close(),
  };
}

await serveVision(async (options) => sufferFrom(await loadVision(options)));
