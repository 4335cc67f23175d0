import sharp from 'sharp';

/**
 * Sets up sharp for the whole process: it decodes only JPEG, PNG and WebP, caches nothing, and uses one thread (more processes do
 * more than more threads).
 */
export function restrictSharp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });
  sharp.cache(false);
  sharp.concurrency(1);
}
