// Loaded before the bot (`node --import`). Removes its limit for calls to Telegram in all chats together, which allows only
// 12 photos/s. `pnpm bench model` applies that limit to the figures.
import { RateLimiterQueue } from 'rate-limiter-flexible';

RateLimiterQueue.prototype.removeTokens = async () => 0;
