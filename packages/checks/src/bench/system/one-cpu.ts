// Loaded before an estimator (`node --import`): it sees one CPU, as in the containers of docker-stack.yml.
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

os.availableParallelism = () => 1;
syncBuiltinESMExports();
