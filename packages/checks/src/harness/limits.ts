/** The bot's limits in every check: so high that no user reaches them. */
export const LIMITS = { MAX_ACTIVE_PER_USER: '100', REQUESTS_PER_WINDOW: '100000' };
