import { AMQP_TLS, AMQP_URL, GRAYLOG_URL, HEALTH_HOST, HEALTH_PORT, LOG_LEVEL } from '@attrai/config/common-variables';
import { z } from 'zod';

const whole = (least: number, most: number) =>
  z.coerce.number(`expected a whole number, ${least} to ${most}`).int().min(least).max(most);

export const autoscalerConfig = z
  .object({
    AMQP_URL,
    ...AMQP_TLS,
    DOCKER_SOCKET: z
      .string()
      .default('/var/run/docker.sock')
      .describe('socket of a manager; who can use it is administrator of the swarm'),
    SCALED_SERVICE: z.string().default('attrai_estimator').describe("full name of the estimators' Swarm service"),
    METRICS_URL: z
      .url({ protocol: /^http$/, error: 'expected a URL like http://tasks.estimator:9080/metrics' })
      .default('http://tasks.estimator:9080/metrics')
      .describe("URL of the estimators' metrics; its host name resolves to all of them"),
    MIN_ESTIMATORS: whole(1, 1_000).default(1).describe('never fewer estimators'),
    MAX_ESTIMATORS: whole(1, 1_000).default(8).describe('never more estimators'),
    TARGET_WAIT_SECONDS: whole(1, 3_600)
      .default(15)
      .describe('time in which the estimators should do all photos that wait'),
    LOOK_SECONDS: whole(1, 600).default(10).describe('time between two looks at the queue'),
    CALM_SECONDS: whole(1, 86_400).default(300).describe('estimators are removed if fewer were enough for so long'),
    GRAYLOG_URL,
    LOG_LEVEL,
    HEALTH_PORT,
    HEALTH_HOST,
  })
  .refine(({ MIN_ESTIMATORS, MAX_ESTIMATORS }) => MIN_ESTIMATORS <= MAX_ESTIMATORS, {
    path: ['MAX_ESTIMATORS'],
    error: 'expected at least MIN_ESTIMATORS',
  });
