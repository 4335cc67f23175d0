// Loaded before the bot (`node --import`): of its paces towards Telegram the one for all chats together is lifted, which
// would end every measurement at 12 photos a second. `pnpm bench model` reckons with it.
import { RateLimiterQueue } from 'rate-limiter-flexible';

RateLimiterQueue.prototype.removeTokens = async () => 0;
