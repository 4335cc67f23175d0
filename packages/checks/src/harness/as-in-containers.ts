/**
 * Variables of the services' images. The heap limit is V8's default in a container of 384 MB (the bot's in docker-stack.yml): half of
 * its memory. Without a limit, V8 collects garbage as late as a large machine allows.
 */
export const AS_IN_CONTAINERS = {
  NODE_ENV: 'production',
  MALLOC_ARENA_MAX: '2',
  NODE_OPTIONS: '--max-semi-space-size=2 --max-old-space-size=192',
};
