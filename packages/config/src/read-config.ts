import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { describeVariable } from './describe-config.ts';

/**
 * Reads the environment once, checked by `schema`, an object of UPPER_SNAKE variables.
 *
 * Every NAME may be given as NAME_FILE instead: a file whose trimmed content is the value (Docker secrets). An empty
 * string counts as unset; variables the schema doesn't know are ignored.
 *
 * @throws ConfigError with the name of every bad variable and what is expected, never a value.
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Record<string, string | undefined> = process.env,
): z.output<Schema> {
  const problems = new Map<string, string>();
  const values: Record<string, string> = {};

  for (const name of Object.keys(schema.shape)) {
    try {
      const value = readVariable(name, env);
      if (value !== undefined) values[name] = value;
    } catch (error) {
      problems.set(name, (error as Error).message);
    }
  }

  const parsed = schema.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    if (problems.has(name)) continue;
    const what = name in values ? issue.message : 'not set';
    const { meaning } = describeVariable(name, schema.shape[name] as z.ZodType);
    problems.set(name, `${name}: ${what}. It is: ${meaning}. Set ${name}, or ${name}_FILE to a file that holds it.`);
  }

  if (!parsed.success || problems.size > 0) throw new ConfigError([...problems.values()]);
  return parsed.data;
}

/** The value of NAME or the content of the file NAME_FILE points to. */
function readVariable(name: string, env: Record<string, string | undefined>): string | undefined {
  const direct = env[name] || undefined;
  const file = env[`${name}_FILE`] || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) throw new Error(`${name} and ${name}_FILE are both set. Unset one of them.`);
  return readSecret(name, file) || undefined;
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Error(`${name}_FILE: its file can't be read (${code}). Point it to a file this process may read.`);
  }
}
