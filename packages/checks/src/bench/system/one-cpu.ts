// Loaded before an estimator (`node --import`), so that it sees one CPU, as in its container of docker-stack.yml.
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

os.availableParallelism = () => 1;
syncBuiltinESMExports();
