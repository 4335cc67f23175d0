export interface Running {
  /** The sandbox's page, or the bot's link on the real Telegram. */
  url: string;
  telegram: 'sandbox' | 'real';
  rabbitmq: 'embedded' | 'server';
  redis: 'embedded' | 'server';
}

/** What a newcomer needs to know once everything runs: where to go, what is real, how to stop. */
export function banner({ url, telegram, rabbitmq, redis }: Running): string {
  const parts = { 'bot and estimator with its models': true };
  const realOf = {
    ...parts,
    Telegram: telegram === 'real',
    RabbitMQ: rabbitmq === 'server',
    Redis: redis === 'server',
  };
  const names = (real: boolean) =>
    Object.entries(realOf)
      .filter(([, isReal]) => isReal === real)
      .map(([name]) => name)
      .join(', ');

  return [
    '',
    telegram === 'sandbox' ? '  attrai is running. Send it a photo:' : '  attrai is running. Write to it on Telegram:',
    '',
    `      ${url}`,
    '',
    `  real         ${names(true)}`,
    ...(names(false) ? [`  stand-ins    ${names(false)} (inside this process; nothing is kept after it ends)`] : []),
    ...(telegram === 'sandbox' ? ['  settings     PORT for another port, BOT_TOKEN for the real Telegram'] : []),
    '  stop         Ctrl-C',
    '',
    '',
  ].join('\n');
}
