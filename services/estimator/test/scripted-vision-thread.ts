import { serveVision } from '../src/serve-vision.ts';
import { loadScriptedVision } from './scripted-vision.ts';

await serveVision(loadScriptedVision);
