import { execFile } from 'node:child_process';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const run = promisify(execFile);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Playwright's default is 30 s. The first page of a Chromium takes 18 s with a twentieth of a core. */
const LOAD_MS = 100_000;

export interface Chromium {
  context: BrowserContext;
  close(): Promise<void>;
}

/** Starts Chromium with its own profile, which `close` removes. Throws an Error that says what to do. */
export async function startChromium(options: BrowserContextOptions = {}): Promise<Chromium> {
  const executablePath = await findChromium();
  const profile = await mkdtemp(join(tmpdir(), 'attrai-chromium-'));
  const context = await chromium.launchPersistentContext(profile, { ...options, executablePath, args: FLAGS });
  context.setDefaultNavigationTimeout(LOAD_MS);
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/**
 * Path of Chromium or Chrome: CHROMIUM_PATH, or one on this machine, or (as root on Debian) one that it installs. Throws an
 * Error that says what to do.
 */
async function findChromium(): Promise<string> {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (await isExecutable(given)) return given;
    throw new Error('CHROMIUM_PATH is no executable file. Set it to Chromium or Chrome, or unset it.');
  }
  const found = await findInstalled();
  if (found) return found;
  await install();
  const installed = await findInstalled();
  if (installed) return installed;
  throw new Error('Chromium was installed but not found. Set CHROMIUM_PATH to it.');
}

async function findInstalled(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin', '/snap/bin');
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...ELSEWHERE];
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return (await access(path, constants.X_OK).catch(() => 'no')) === undefined;
}

async function install(): Promise<void> {
  if (process.getuid?.() !== 0 || !(await isExecutable('/usr/bin/apt-get'))) {
    throw new Error('The browser tests need Chromium or Chrome. Install one, or set CHROMIUM_PATH to it.');
  }
  process.stderr.write('The browser tests need Chromium. Installing it by apt-get (about 300 MB) ...\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env, maxBuffer: 1e8 });
  } catch (error) {
    throw new Error('Chromium could not be installed by apt-get. Install it, or set CHROMIUM_PATH to a Chrome.', {
      cause: error,
    });
  }
}
