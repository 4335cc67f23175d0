import { access, chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, succeeds } from './run-process.ts';

/** RabbitMQ 4.0, Redis 8.0 and Valkey 8.1. */
const PACKAGES = ['rabbitmq-server', 'redis-server', 'valkey-server'];
const RABBITMQ_BIN = '/usr/lib/rabbitmq/bin';

/** What answers when `redis-server` is called. */
export type RedisKind = 'redis' | 'valkey';

/**
 * Debian 13 in `folder`, with its servers; some 390 MB, a minute. Done already: nothing. Needs root and the apt of a Debian or Ubuntu,
 * whose mirror it asks. Throws an error that says what is missing.
 */
export async function installDebian13(folder: string): Promise<void> {
  if (await exists(join(folder, RABBITMQ_BIN))) return;
  if (process.getuid?.() !== 0) throw new Error('Only root can install Debian 13 into a folder of its own.');
  if (!(await succeeds('debootstrap', '--version'))) {
    await runCommand('apt-get', ['update', '-q']);
    await runCommand('apt-get', ['install', '-qy', '--no-install-recommends', 'debootstrap']);
  }
  const half = `${folder}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  const include = `--include=${PACKAGES.join()}`;
  await runCommand('debootstrap', ['--variant=minbase', include, 'trixie', half, await debianMirror()]);
  await rename(half, folder);
}

/**
 * Writes a folder of launchers of the servers in `root`, to be named in TEST_SERVERS_BIN. Each sees the `root` as its own, with this
 * machine's /tmp, in a mount namespace that ends with it.
 */
export async function writeLaunchers(root: string, folder: string, redis: RedisKind): Promise<void> {
  await mkdir(folder, { recursive: true });
  const programs: Record<string, string> = {
    epmd: '/usr/bin/epmd',
    'redis-server': `/usr/bin/${redis}-server`,
    'redis-cli': `/usr/bin/${redis}-cli`,
  };
  for (const name of ['rabbitmq-server', 'rabbitmqctl', 'rabbitmq-diagnostics'])
    programs[name] = join(RABBITMQ_BIN, name);
  for (const [name, path] of Object.entries(programs)) {
    const launcher = join(folder, name);
    await writeFile(launcher, launch(root, path));
    await chmod(launcher, 0o755);
  }
}

/** The server keeps the launcher's process id, so that signals reach it. */
function launch(root: string, program: string): string {
  return `#!/bin/sh
exec unshare --mount sh -c '
  mount --make-rprivate / && mount --bind /tmp "${root}/tmp" && mount -t proc proc "${root}/proc" && mount --rbind /dev "${root}/dev" || exit 1
  exec chroot "${root}" "$0" "$@"' ${program} "$@"
`;
}

async function debianMirror(): Promise<string> {
  const ofDebian = ['Origin: Debian', 'Component: main', 'Created-By: Packages'];
  const lines = await runCommand('apt-get', ['indextargets', '--format', '$(REPO_URI)', ...ofDebian]);
  const mirror = lines.split('\n').find((line) => line !== '' && !line.includes('security'));
  if (mirror === undefined) throw new Error('apt names no mirror of Debian: run apt-get update, on a Debian.');
  return mirror;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
