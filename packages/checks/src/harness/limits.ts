/** The bot's limits in every check: nobody is turned away for sending much, since limits are not what is tried. */
export const LIMITS = { MAX_ACTIVE_PER_USER: '100', REQUESTS_PER_WINDOW: '100000' };
