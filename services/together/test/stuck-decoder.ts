import sharp from 'sharp';

// Preloaded by a test: decoding a photo as the estimator does now never ends.
Object.assign(Object.getPrototypeOf(sharp(Buffer.alloc(1))), {
  timeout() {
    for (;;);
  },
});
