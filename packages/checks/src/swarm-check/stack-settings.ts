import { randomBytes } from 'node:crypto';

/** Random values for the secrets of docker-stack.yml, by name without stack and version. */
export function makeSecrets(): Map<string, string> {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const passwords = ['rabbitmq_bot_password', 'rabbitmq_estimator_password', 'redis_password'];
  const graylog = ['graylog_password_secret', 'graylog_root_password_sha2'];
  const secrets = [...passwords, ...graylog].map((name): [string, string] => [name, hex(32)]);
  return new Map([['bot_token', `1000001:${hex(24)}`], ...secrets]);
}

/**
 * Variables for `docker stack deploy`. RabbitMQ, Redis and sandbox run on the node `here`. The sandbox is reached by `port` of
 * this machine. With several nodes, photos travel in messages.
 */
export function stackVariables(name: string, here: string, port: number, nodes: number): Record<string, string> {
  return {
    STACK: name,
    // By id: a label might disturb another stack on that node.
    STATE_NODE: `node.id == ${here}`,
    LOGS_NODE: `node.id == ${here}`,
    CHECK_NODE: here,
    SANDBOX_NAMES: `sandbox:8080,127.0.0.1:${port}`,
    ESTIMATOR_REPLICAS: '2',
    GRAYLOG_REPLICAS: '0',
    MONGODB_REPLICAS: '0',
    OPENSEARCH_REPLICAS: '0',
    GRAYLOG_URL: '',
    PHOTO_STORE: nodes > 1 ? 'message' : 'volume',
  };
}
