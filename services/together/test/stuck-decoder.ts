import sharp from 'sharp';

// Preloaded by a test: whoever decodes a photo as the estimator does keeps its thread busy for ever.
Object.assign(Object.getPrototypeOf(sharp(Buffer.alloc(1))), {
  timeout() {
    for (;;);
  },
});
