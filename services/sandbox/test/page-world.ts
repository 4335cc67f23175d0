import { freePort } from '@attrai/test-servers/free-port';
import type { Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../src/sandbox.ts';
import type { Chromium } from './chromium.ts';
import { User } from './user.ts';

export const TOKEN = '4242:test_token-1';

/** A sandbox and its page in a browser, with the bot's side of it. */
export interface PageWorld extends AsyncDisposable {
  sandbox: Sandbox;
  page: Page;
  /** Who sits before the page. */
  user: User;
  /** What went wrong on the page: errors and what it wrote to the console. */
  problems: string[];
  /** Calls a method of the Bot API; in the page's chat unless `params` say another. Resolves to its `result`. */
  // biome-ignore lint/suspicious/noExplicitAny: results are whatever the method gives; the tests check them
  call(method: string, params?: object): Promise<any>;
  write(text: string): Promise<void>;
}

export async function openPage({ context }: Chromium): Promise<PageWorld> {
  const sandbox = await startSandbox({ port: await freePort(), token: TOKEN });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(sandbox.url);
  const user = new User(sandbox.url, Number(await page.evaluate(() => localStorage.getItem('attrai.chat'))));
  return {
    sandbox,
    page,
    user,
    problems,
    async call(method, params = {}) {
      const response = await fetch(`${sandbox.apiRoot}/bot${TOKEN}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat_id: user.chatId, ...params }),
      });
      return ((await response.json()) as { result: unknown }).result;
    },
    async write(text) {
      await page.getByRole('textbox', { name: 'Message' }).fill(text);
      await page.keyboard.press('Enter');
    },
    async [Symbol.asyncDispose]() {
      await page.close();
      await sandbox.close();
    },
  };
}
