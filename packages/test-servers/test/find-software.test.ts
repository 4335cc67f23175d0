import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findSource } from '../src/find-software.ts';

const software = {
  name: 'Some Server',
  image: 'some:1',
  binaries: ['some-server'],
  debianPackage: 'some-package',
  variable: 'SOME_URL',
};

let folder: string;

/** A machine whose PATH holds only what a test puts there. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attrai-test-path-'));
  vi.stubEnv('PATH', folder);
  vi.stubEnv('TEST_SERVERS_BIN', undefined);
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function addProgram(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('takes Docker when an engine answers and has, or can pull, the image', async () => {
  addProgram('some-server', '');
  addProgram('docker', '[ "$1" != image ]');
  expect(await findSource(software)).toEqual({ kind: 'docker', image: 'some:1' });
});

test('takes a binary of the folder that TEST_SERVERS_BIN names, and of no other', async () => {
  const elsewhere = { ...software, binaries: ['/usr/lib/somewhere/some-server'] };
  addProgram('docker', '');
  vi.stubEnv('TEST_SERVERS_BIN', folder);
  await expect(findSource(elsewhere)).rejects.toThrow(`no Some Server in ${folder}`);
  const path = addProgram('some-server', '');
  expect(await findSource(elsewhere)).toEqual({ kind: 'binary', path });
});

test('takes the binary when there is only the docker command, without an engine', async () => {
  const path = addProgram('some-server', '');
  addProgram('docker', 'exit 1');
  expect(await findSource(software)).toEqual({ kind: 'binary', path });
});

test('takes the binary when the image can not be had', async () => {
  const path = addProgram('some-server', '');
  addProgram('docker', '[ "$1" = info ]');
  expect(await findSource(software)).toEqual({ kind: 'binary', path });
});

test('as root with apt-get, says that it installs the package, and keeps its daemon from starting', async () => {
  vi.spyOn(process as { getuid(): number }, 'getuid').mockReturnValue(0);
  const policy = join(folder, 'policy-rc.d');
  addProgram(
    'apt-get',
    `[ "$1" = --version ] && exit 0
     echo "$DEBIAN_FRONTEND $*" >> ${folder}/calls
     [ "$1" = install ] || exit 0
     while read -r line; do echo "$line" >> ${folder}/calls; done < ${policy}
     while read -r line; do echo "$line"; done < ${join(folder, 'apt-get')} > ${folder}/some-server
     /bin/chmod 755 ${folder}/some-server`,
  );
  expect(await findSource(software, policy)).toEqual({ kind: 'binary', path: join(folder, 'some-server') });
  expect(console.log).toHaveBeenCalledWith(expect.stringContaining('some-package'));
  expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).toEqual([
    'noninteractive update -q',
    'noninteractive install -qy --no-install-recommends some-package',
    '#!/bin/sh',
    'exit 101',
  ]);
  expect(() => readFileSync(policy)).toThrow('ENOENT');
});

test('says what to do when there is nothing', async () => {
  await expect(findSource(software)).rejects.toThrow(/Docker.*some-server.*some-package.*SOME_URL/);
});
