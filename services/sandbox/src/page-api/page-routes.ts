import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { commandsFor, descriptionFor } from '../bot-api/bot-methods.ts';
import type { Telegram } from '../bot-api/telegram.ts';
import { check, HttpError } from './http-error.ts';
import { findSamples } from './samples.ts';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const aboutQuery = z.object({ language: z.string().default(''), group: z.stringbool().default(false) });

export async function servePage(app: FastifyInstance, telegram: Telegram): Promise<void> {
  const samples = await findSamples();

  await app.register(fastifyStatic, {
    root: fileURLToPath(new URL('../page/', import.meta.url)),
    cacheControl: false,
    setHeaders(response) {
      response.header('cache-control', 'no-cache');
      response.header('content-security-policy', CONTENT_SECURITY_POLICY);
      response.header('referrer-policy', 'no-referrer');
    },
  });

  app.get('/api/bot', (request) => {
    const { language, group } = check(aboutQuery, request.query);
    return {
      name: telegram.bot.name,
      username: telegram.bot.username,
      description: descriptionFor(language, telegram),
      commands: commandsFor(language, group ? 'all_group_chats' : 'all_private_chats', telegram),
    };
  });

  app.get('/api/samples', () => samples.map(({ name }) => ({ name, url: `/samples/${name}` })));

  app.get<{ Params: { name: string } }>('/samples/:name', async (request, reply) => {
    const sample = samples.find(({ name }) => name === request.params.name);
    if (!sample) throw new HttpError(404, 'There is no such sample.');
    return reply.type('image/jpeg').send(await readFile(sample.path));
  });

  /** Nobody can guess the id of a file, so who has it may see the file. */
  app.get<{ Params: { id: string } }>('/media/:id', (request, reply) => {
    const kept = telegram.media.vault.get(request.params.id);
    if (!kept) throw new HttpError(404, 'This file is gone.');
    reply.header('cache-control', 'private, max-age=86400, immutable');
    const { kind, mimeType } = kept.file;
    // The sandbox has encoded these itself. Other files may contain anything.
    if (kind === 'photo' || kind === 'sticker') return reply.type(mimeType).send(kept.bytes);
    const name = encodeURIComponent(kept.file.name ?? 'file').replaceAll("'", '%27');
    reply.header('content-disposition', `attachment; filename*=UTF-8''${name}`);
    return reply.type('application/octet-stream').send(kept.bytes);
  });
}
