import { randomBytes } from 'node:crypto';

/** Values of the stack's secrets, made up, by the names docker-stack.yml gives them, without stack and version. */
export function makeSecrets(): Map<string, string> {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return new Map([
    ['bot_token', `1000001:${hex(24)}`],
    ['rabbitmq_bot_password', hex(32)],
    ['rabbitmq_estimator_password', hex(32)],
    ['redis_password', hex(32)],
    ['graylog_password_secret', hex(32)],
    ['graylog_root_password_sha2', hex(32)],
  ]);
}

/**
 * Variables for `docker stack deploy`. State and sandbox run on the node `here`; `port` is that of this machine by which the
 * sandbox is spoken to; photos travel in messages where there are several nodes.
 */
export function stackVariables(name: string, here: string, port: number, nodes: number): Record<string, string> {
  return {
    STACK: name,
    // By id: a label would have to be put on the node, where a stack that is in use may need another one.
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
