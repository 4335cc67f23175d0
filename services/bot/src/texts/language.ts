/** What the bot speaks, as IETF tags. */
export const LANGUAGES = ['en', 'ru', 'es', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
