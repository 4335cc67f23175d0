import { loadVision } from '@attrai/vision/load-vision';
import { serveVision } from './serve-vision.ts';

await serveVision(loadVision);
