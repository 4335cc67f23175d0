import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type StackFile, withDefaults, yaml } from './stack-file.ts';

const TOKEN = '123456789:a-token_of-a-bot';
const script = fileURLToPath(new URL('../create-secrets.sh', import.meta.url));
/** Keeps secrets as files of its folder, as far as the script can tell. */
const DOCKER = `#!/bin/sh
cd "$(dirname "$0")/secrets"
case "$2" in
  inspect) [ -f "$3" ] ;;
  create) [ ! -f "$3" ] && cat > "$3" ;;
esac
`;
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'attrai-secrets-'));
  spawnSync('mkdir', [join(dir, 'secrets')]);
  writeFileSync(join(dir, 'docker'), DOCKER);
  chmodSync(join(dir, 'docker'), 0o755);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function run(input: string, env: Record<string, string> = {}) {
  const options = { input, env: { PATH: `${dir}:${process.env.PATH}`, ...env }, encoding: 'utf8' as const };
  const { status, stdout, stderr } = spawnSync('sh', [script], options);
  return { status, said: stdout + stderr };
}

const made = () => readdirSync(join(dir, 'secrets')).sort();
const secret = (name: string) => readFileSync(join(dir, 'secrets', name), 'utf8');

test('makes every secret of the stack, fit to stand in a URL, and shows none of them', () => {
  const { status, said } = run(`${TOKEN}\n`, { GRAYLOG_ADMIN_PASSWORD: 'mine' });
  expect(status).toBe(0);
  const { secrets } = yaml<StackFile>('docker-stack.yml');
  expect(made()).toEqual(
    Object.values(secrets)
      .map(({ name }) => withDefaults(name))
      .sort(),
  );
  expect(secret('attrai_bot_token_1')).toBe(TOKEN);
  const passwords = made().filter((name) => !name.includes('bot_token'));
  for (const name of passwords) expect(secret(name)).toMatch(/^[\da-f]{64}$/);
  expect(new Set(passwords.map(secret)).size).toBe(passwords.length);
  for (const name of made()) expect(said).not.toContain(secret(name));
});

test('leaves those alone that are there, and makes a new version beside them', () => {
  run(TOKEN);
  const before = made().map(secret);
  expect(run('').status).toBe(0);
  expect(made().map(secret)).toEqual(before);
  expect(run('987654321:another-token', { BOT_TOKEN_VERSION: '2' }).status).toBe(0);
  expect(made()).toHaveLength(before.length + 1);
  expect(secret('attrai_bot_token_2')).toBe('987654321:another-token');
});

test('tells the password of Graylog when it has made it up', () => {
  const { said } = run(TOKEN);
  const password = /user admin has the password (\w{20})\b/.exec(said)?.[1];
  const { stdout } = spawnSync('sha256sum', { input: password!, encoding: 'utf8' });
  expect(secret('attrai_graylog_root_password_sha2_1')).toBe(stdout.slice(0, 64));
});

test.each(['', 'gibberish', '123456789:short'])(
  'makes nothing of the token %j, which is none, and does not repeat it',
  (input) => {
    const { status, said } = run(input);
    expect(status).toBe(1);
    expect(said).toContain('@BotFather');
    if (input !== '') expect(said).not.toContain(input);
    expect(made()).toEqual([]);
  },
);
