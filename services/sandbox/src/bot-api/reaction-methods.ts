import { z } from 'zod';
import { badRequest } from './api-error.ts';
import { readChat } from './chat-access.ts';
import type { Method } from './method.ts';

/** https://core.telegram.org/bots/api#reactiontypeemoji, without variation selectors. */
const REACTIONS = new Set(
  (
    '👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 ' +
    '😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'
  ).split(' '),
);

const reactionList = z.array(z.looseObject({ type: z.string(), emoji: z.string().optional() }));

/** A bot has at most one reaction. An empty list removes it. */
const setMessageReaction: Method = (params, telegram) => {
  const chat = readChat(params, telegram, 'read');
  const reactions = reactionList.safeParse(params.json('reaction') ?? []);
  if (!reactions.success) throw badRequest("can't parse ReactionType: expected an Object");
  const message = telegram.chats.find(chat.id, params.integer('message_id'));
  if (!message) throw badRequest('message to react not found');
  if (reactions.data.length > 1) throw badRequest('REACTIONS_TOO_MANY');
  const emoji = reactions.data[0] && (reactions.data[0].emoji ?? '').replaceAll('\ufe0f', '');
  if (emoji !== undefined && !REACTIONS.has(emoji)) throw badRequest('REACTION_INVALID');
  telegram.chats.react(message, emoji);
  return true;
};

export const reactionMethods: Record<string, Method> = { setMessageReaction };
