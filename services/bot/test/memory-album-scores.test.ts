import { MemoryAlbumScores } from '../src/requests/memory-album-scores.ts';
import { describeAlbumScores } from './album-scores.conformance.ts';

describeAlbumScores('in memory', async (timing) => new MemoryAlbumScores(timing));
