import { z } from 'zod';
import type { Button } from '../chat/message.ts';
import { badRequest } from './api-error.ts';
import type { Params } from './params.ts';

const anyButton = z.object({ text: z.string(), callback_data: z.string().optional(), url: z.string().optional() });
const markup = z.object({ inline_keyboard: z.array(z.array(anyButton)).optional() });

/** Rows of inline buttons in `reply_markup`. Other keyboards are ignored. Throws ApiError. */
export function readButtons(params: Params): Button[][] | undefined {
  const parsed = markup.safeParse(params.json('reply_markup') ?? {});
  if (!parsed.success) throw badRequest("can't parse inline keyboard button");
  const rows = parsed.data.inline_keyboard?.map((row) => row.map(checkButton)).filter((row) => row.length > 0);
  return rows?.length ? rows : undefined;
}

function checkButton({ text, callback_data, url }: z.output<typeof anyButton>): Button {
  if (text === '') throw badRequest('inline keyboard button text must be non-empty');
  if (url !== undefined) {
    if (!/^(https?|tg):\/\//i.test(url)) throw badRequest('BUTTON_URL_INVALID');
    return { text, url };
  }
  if (!callback_data) {
    throw badRequest(
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard (the sandbox knows " +
        'callback_data and url)',
    );
  }
  if (Buffer.byteLength(callback_data) > 64) throw badRequest('BUTTON_DATA_INVALID');
  return { text, callback_data };
}
