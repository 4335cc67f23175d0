/**
 * Environment variables as in the services' images. The heap limit is half the memory of the bot's container (384 MB, see
 * docker-stack.yml), V8's default there. On a large machine V8 would collect garbage much later.
 */
export const AS_IN_CONTAINERS = {
  NODE_ENV: 'production',
  MALLOC_ARENA_MAX: '2',
  NODE_OPTIONS: '--max-semi-space-size=2 --max-old-space-size=192',
};
