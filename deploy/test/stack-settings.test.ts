import { createHash } from 'node:crypto';
import { autoscalerConfig } from '@attrai/autoscaler/config';
import { botConfig } from '@attrai/bot/config';
import { describeVariable } from '@attrai/config/describe-config';
import { estimatorConfig } from '@attrai/estimator/config';
import { describe, expect, test } from 'vitest';
import {
  exampleSettings,
  OVERLAYS,
  STACK,
  type StackFile,
  text,
  variablesOf,
  withDefaults,
  yaml,
} from './stack-file.ts';

const stack = yaml<StackFile>(STACK);

describe('the stack', () => {
  test.each([
    ['bot', botConfig],
    ['estimator', estimatorConfig],
    ['autoscaler', autoscalerConfig],
  ] as const)('sets variables that the %s reads, with the defaults it has itself', (name, schema) => {
    const shape = schema.shape as Record<string, Parameters<typeof describeVariable>[1]>;
    const [own, ...more] = [STACK, ...OVERLAYS].flatMap((path) => yaml<StackFile>(path).services?.[name] ?? []);
    for (const [variable, value] of Object.entries(own!.environment!)) {
      const read = shape[variable.replace(/_FILE$/, '')];
      expect(read, variable).toBeDefined();
      if (!/_FILE$|^GRAYLOG_URL$/.test(variable)) {
        expect(withDefaults(value), variable).toBe(describeVariable(variable, read!).default ?? '');
      }
    }
    const added = more.flatMap(({ environment = {} }) => Object.entries(environment));
    for (const [variable, value] of added.filter(([variable]) => !variable.startsWith('NODE_'))) {
      expect(shape[variable], variable).toBeDefined();
      // An empty value counts as unset.
      expect(shape[variable]!.safeParse(withDefaults(value) || undefined).success, variable).toBe(true);
    }
  });

  test('has every variable explained in .env.example, with the same default', () => {
    const settings = exampleSettings();
    const used = new Map([STACK, ...OVERLAYS].flatMap((path) => [...variablesOf(path)]));
    for (const [variable, byDefault] of used) expect([variable, settings.get(variable)]).toEqual([variable, byDefault]);
    expect([...settings.keys()].filter((variable) => !used.has(variable))).toEqual([]);
  });

  test('versions the names of secrets', () => {
    for (const [secret, { external, name }] of Object.entries(stack.secrets)) {
      expect(external).toBe(true);
      expect(withDefaults(name)).toBe(`attrai_${secret}_1`);
      expect(text('deploy/create-secrets.sh')).toContain(withoutStack(name));
    }
  });

  test('names configs by what is in them, since a config can not be changed', () => {
    for (const [config, { name, file }] of Object.entries(stack.configs)) {
      const hash = createHash('sha256').update(text(file)).digest('hex').slice(0, 8);
      expect(withDefaults(name)).toBe(`attrai_${config}_${hash}`);
    }
  });

  test('gives services the secrets that their templates ask for, and has them filled in', () => {
    for (const [name, service] of Object.entries(stack.services)) {
      for (const { source } of service.configs ?? []) {
        const config = stack.configs[source]!;
        const asked = [...text(config.file).matchAll(/\{\{\s*secret "([^"]+)"\s*\}\}/g)].map(([, secret]) => secret);
        for (const secret of asked) expect(service.secrets, `${name}: ${config.file}`).toContain(secret);
        expect(config.template_driver, config.file).toBe(asked.length > 0 ? 'golang' : undefined);
      }
    }
  });
});

/** `_bot_token_${BOT_TOKEN_VERSION:-1}` of the stack file's name, as the shell script has it. */
function withoutStack(name: string): string {
  return name.slice(name.indexOf('}') + 1);
}
