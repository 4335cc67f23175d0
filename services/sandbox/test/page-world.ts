import { freePort } from '@attrai/test-servers/free-port';
import type { Locator, Page } from 'playwright-core';
import { test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../src/sandbox.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { createEchoBot } from './echo-bot.ts';
import { RawBot } from './raw-bot.ts';
import type { Result } from './results.ts';
import { TOKEN } from './sandbox-test.ts';
import { User } from './user.ts';

// A test also starts Chromium, a sandbox and the page: on a busy machine each of them takes a minute.
vi.setConfig({ testTimeout: 360_000 });

/** A sandbox with its page in a browser, and the bot. */
export class PageWorld {
  sandbox: Sandbox;
  readonly page: Page;
  /** The person at the page. */
  readonly user: User;
  readonly bot: RawBot;
  /** Exceptions on the page, and errors in its console. */
  readonly problems: string[];

  private constructor(sandbox: Sandbox, page: Page, userId: number, problems: string[]) {
    this.sandbox = sandbox;
    this.page = page;
    this.user = new User(sandbox.url, userId);
    this.bot = new RawBot(sandbox.apiRoot, TOKEN);
    this.problems = problems;
  }

  static async open({ context }: Chromium): Promise<PageWorld> {
    const sandbox = await startSandbox({ port: await freePort(), token: TOKEN });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(sandbox.url);
    const userId = Number(await page.evaluate(() => localStorage.getItem('attrai.chat')));
    return new PageWorld(sandbox, page, userId, problems);
  }

  /** Calls a method of the Bot API, in the page's private chat unless `params` name another. */
  call<Method extends string>(method: Method, params: object = {}): Promise<Result<Method>> {
    return this.bot.call(method, { chat_id: this.user.chatId, ...params });
  }

  async write(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Message' }).fill(text);
    await this.page.keyboard.press('Enter');
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** The user's messages that the sandbox has taken. */
  get sent(): Locator {
    return this.page.locator('.message.user:not(.pending)');
  }

  bubbles(from: 'user' | 'bot'): Locator {
    return this.page.locator(`.message.${from}`);
  }

  textOf(selector: string): Promise<string | null> {
    return this.page.locator(selector).textContent();
  }

  /** Closes the sandbox; the returned function starts an empty one on the same port. */
  async stopSandbox(): Promise<() => Promise<void>> {
    await this.sandbox.close();
    return async () => {
      this.sandbox = await startSandbox({ port: Number(new URL(this.sandbox.url).port), token: TOKEN });
    };
  }

  /** Runs the echo bot; the returned function stops it. */
  startEchoBot(): () => Promise<void> {
    const bot = createEchoBot(this.sandbox.apiRoot, TOKEN);
    const ended = bot.launch();
    return async () => {
      bot.stop();
      await ended;
    };
  }

  async close(): Promise<void> {
    await this.page.close();
    await this.sandbox.close();
  }
}

/** The `test` for tests of the page: each has a fresh sandbox and page; the tests of a file share Chromium. */
export const pageTest = test
  .extend('viewport', { scope: 'file' }, { width: 360, height: 740 })
  .extend('chromium', { scope: 'file' }, async ({ viewport }, { onCleanup }) => {
    const chromium = await startChromium({ viewport, locale: 'en-US' });
    onCleanup(() => chromium.close());
    return chromium;
  })
  .extend('world', async ({ chromium }, { onCleanup }) => {
    const world = await PageWorld.open(chromium);
    onCleanup(() => world.close());
    return world;
  })
  .extend('page', ({ world }) => world.page)
  .extend('user', ({ world }) => world.user);

/** A file as Playwright gives it to a file input. */
export function jpegFile(name: string, content: Buffer | string) {
  return { name, mimeType: 'image/jpeg', buffer: Buffer.from(content) };
}
