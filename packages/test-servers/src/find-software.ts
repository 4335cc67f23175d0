import { access, constants, rm, writeFile } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { runCommand, succeeds } from './run-process.ts';

export interface Software {
  /** For messages: `RabbitMQ`. */
  name: string;
  image: string;
  /** Names or paths of its binary. The first that exists is taken. */
  binaries: string[];
  debianPackage: string;
  /** The environment variable with the URL of a running server. */
  variable: string;
}

/** What a server can be run from. */
export type Source = { kind: 'docker'; image: string } | { kind: 'binary'; path: string };

/** Debian asks this script before a package's installation starts a daemon; 101 says: don't. */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Finds what `software` can be started from: the folder in TEST_SERVERS_BIN and nothing else, or a Docker engine that answers, else a binary of this machine, else (as root, with
 * apt-get) the binary of its package, which it installs. Throws an error that says what to do if there is none.
 */
export async function findSource(software: Software, policy = POLICY): Promise<Source> {
  const only = process.env.TEST_SERVERS_BIN;
  if (only !== undefined) return { kind: 'binary', path: await binaryIn(only, software) };

  if (await hasImage(software.image)) return { kind: 'docker', image: software.image };

  const found = await findBinary(software.binaries);
  if (found !== undefined) return { kind: 'binary', path: found };

  if (process.getuid?.() === 0 && (await succeeds('apt-get', '--version'))) {
    await installPackage(software.debianPackage, policy);
    const installed = await findBinary(software.binaries);
    if (installed !== undefined) return { kind: 'binary', path: installed };
  }
  throw new Error(
    `The tests need ${software.name}, and found none. Do one of these: start Docker; install ${software.binaries[0]} ` +
      `(Debian: apt-get install ${software.debianPackage}); set ${software.variable} to an empty server of your own.`,
  );
}

async function binaryIn(folder: string, { name, binaries }: Software): Promise<string> {
  for (const binary of binaries) {
    const path = join(folder, basename(binary));
    if (await isExecutable(path)) return path;
  }
  throw new Error(`There is no ${name} in ${folder}, the folder that TEST_SERVERS_BIN names.`);
}

async function hasImage(image: string): Promise<boolean> {
  if (!(await succeeds('docker', 'info'))) return false;
  if (await succeeds('docker', 'image', 'inspect', image)) return true;
  console.log(`Pulling ${image} ...`);
  return succeeds('docker', 'pull', '--quiet', image);
}

async function findBinary(names: string[]): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const name of names) {
    const paths = name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name));
    for (const path of paths) if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function installPackage(name: string, policy: string): Promise<void> {
  console.log(`Installing the Debian package ${name} for the tests ...`);
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  const ownPolicy = await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    await runCommand('apt-get', ['update', '-q'], quiet);
    await runCommand('apt-get', ['install', '-qy', '--no-install-recommends', name], quiet);
  } finally {
    if (ownPolicy) await rm(policy, { force: true });
  }
}
