export interface Running {
  /** The sandbox's page, or the bot's link in Telegram. */
  url: string;
  telegram: 'sandbox' | 'real';
  rabbitmq: 'embedded' | 'server';
  redis: 'embedded' | 'server';
}

/** Tells where the chat is, which parts are stand-ins, and how to stop. */
export function banner({ url, telegram, rabbitmq, redis }: Running): string {
  const parts: [name: string, isReal: boolean][] = [
    ['bot and estimator with its models', true],
    ['Telegram', telegram === 'real'],
    ['RabbitMQ', rabbitmq === 'server'],
    ['Redis', redis === 'server'],
  ];
  const real = parts.filter(([, isReal]) => isReal).map(([name]) => name);
  const standIns = parts.filter(([, isReal]) => !isReal).map(([name]) => name);
  const lines = [
    telegram === 'sandbox' ? '  attrai is running. Send it a photo:' : '  attrai is running. Write to it on Telegram:',
    `\n      ${url}\n`,
    `  real         ${real.join(', ')}`,
    ...(standIns.length > 0
      ? [`  stand-ins    ${standIns.join(', ')} (in this process; their data ends with it)`]
      : []),
    ...(telegram === 'sandbox' ? ['  settings     PORT for another port, BOT_TOKEN for the real Telegram'] : []),
    '  stop         Ctrl-C',
  ];
  return `\n${lines.join('\n')}\n\n`;
}
