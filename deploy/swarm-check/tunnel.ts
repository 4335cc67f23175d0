import { connect } from 'node:net';

/** Runs in the sandbox's container: joins what started it with the sandbox's port, byte by byte. */
const sandbox = connect(Number(process.env.PORT), '127.0.0.1');
process.stdin.pipe(sandbox);
sandbox.pipe(process.stdout);
sandbox.on('error', () => process.exit(1));
sandbox.on('close', () => process.exit(0));
