import { z } from 'zod';
import { badRequest } from './api-error.ts';
import type { Method } from './method.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';
import { wireBot } from './wire.ts';
import { wireFile } from './wire-content.ts';

/** Bytes; limit of https://core.telegram.org/bots/api#getfile */
const MAX_DOWNLOAD = 20 * 1024 * 1024;

export interface Command {
  command: string;
  description: string;
}

const commandList = z
  .array(z.object({ command: z.string().regex(/^[a-z0-9_]{1,32}$/), description: z.string().min(1).max(256) }))
  .max(100);

const getMe: Method = (_params, { bot }) => ({
  ...wireBot(bot),
  can_join_groups: true,
  can_read_all_group_messages: bot.readsAllGroupMessages,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: bot.hasTopics,
  allows_users_to_create_topics: bot.hasTopics,
});

const getFile: Method = (params, { media }) => {
  const kept = media.vault.get(params.string('file_id') ?? '');
  if (!kept) throw badRequest('wrong file_id or the file is temporarily unavailable');
  if (kept.file.size > MAX_DOWNLOAD) throw badRequest('file is too big');
  return { ...wireFile(kept.file), file_path: kept.file.path };
};

const setMyCommands: Method = (params, { settings }) => {
  const commands = commandList.safeParse(params.json('commands'));
  if (!commands.success) throw badRequest('BOT_COMMAND_INVALID');
  settings.set(commandsKey(params), commands.data);
  return true;
};

const deleteMyCommands: Method = (params, { settings }) => {
  settings.delete(commandsKey(params));
  return true;
};

const getMyCommands: Method = (params, { settings }) => settings.get(commandsKey(params)) ?? [];

const done: Method = () => true;

export const botMethods: Record<string, Method> = {
  getMe,
  getFile,
  setMyCommands,
  deleteMyCommands,
  getMyCommands,
  ...textSetting('Name', 'name'),
  ...textSetting('Description', 'description'),
  ...textSetting('ShortDescription', 'short_description'),
  setChatMenuButton: done,
  setMyDefaultAdministratorRights: done,
  logOut: done,
  close: done,
};

type Scope = 'all_private_chats' | 'all_group_chats';

/** The commands for users with this language: the most specific list that the bot has set. */
export function commandsFor(language: string, scope: Scope, { settings }: Telegram): Command[] {
  const keys = [scope, 'default'].flatMap((name) => [`commands/${name}/${language}`, `commands/${name}/`]);
  const found = keys.find((key) => settings.get(key));
  return found ? (settings.get(found) as Command[]) : [];
}

/** The text in an empty chat, for users with this language. */
export function descriptionFor(language: string, { settings }: Telegram): string {
  return String(settings.get(`description/${language}`) || settings.get('description/') || '');
}

function textSetting(name: string, field: string): Record<string, Method> {
  const key = (params: Params) => `${field}/${params.string('language_code') ?? ''}`;
  return {
    [`setMy${name}`]: (params, { settings }) => {
      settings.set(key(params), params.string(field) ?? '');
      return true;
    },
    [`getMy${name}`]: (params, { settings }) => ({ [field]: settings.get(key(params)) ?? '' }),
  };
}

function commandsKey(params: Params): string {
  const scope = params.json('scope') as { type?: string; chat_id?: unknown; user_id?: unknown } | undefined;
  const name = [scope?.type ?? 'default', scope?.chat_id, scope?.user_id].filter((part) => part !== undefined);
  return `commands/${name.join(':')}/${params.string('language_code') ?? ''}`;
}
