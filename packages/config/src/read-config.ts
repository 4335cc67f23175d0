import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { describeVariable } from './describe-config.ts';
import { shownAs } from './shown-as.ts';

/**
 * Reads the environment once, checked by `schema`, an object of UPPER_SNAKE variables.
 *
 * Every NAME may be given as NAME_FILE instead: a file whose trimmed content is the value (Docker secrets). An empty
 * string counts as unset; variables the schema doesn't know are ignored. Quotes around a value are taken away: Docker
 * passes them on from an env file.
 *
 * @throws ConfigError with name and value of every bad variable, and what is expected. Secrets are not shown.
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
    const { meaning, secret } = describeVariable(name, schema.shape[name] as z.ZodType);
    const value = values[name];
    const what = value === undefined ? `${name}: not set` : `${name}${shownAs(value, secret)}: ${issue.message}`;
    problems.set(name, `${what}. It is: ${meaning}. Set ${name}, or ${name}_FILE to a file that holds it.`);
  }

  if (!parsed.success || problems.size > 0) throw new ConfigError([...problems.values()]);
  return parsed.data;
}

const UTF_16_MARK = Buffer.of(0xff, 0xfe);

/** The value of NAME or the content of the file NAME_FILE points to. */
function readVariable(name: string, env: Record<string, string | undefined>): string | undefined {
  const direct = unquoted(env[name]) || undefined;
  const file = unquoted(env[`${name}_FILE`]) || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) throw new Error(`${name} and ${name}_FILE are both set. Unset one of them.`);
  return unquoted(readSecret(name, file)) || undefined;
}

function readSecret(name: string, file: string): string {
  try {
    const bytes = readFileSync(file);
    // What PowerShell writes with `>`.
    const encoding = bytes.subarray(0, 2).equals(UTF_16_MARK) ? 'utf16le' : 'utf8';
    // Also without the byte order mark, which counts as white space.
    return bytes.toString(encoding).trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Error(
      `${name}_FILE=${JSON.stringify(file)}: this file can't be read (${code}). Point it to a file this process may read.`,
    );
  }
}

function unquoted(value: string | undefined): string | undefined {
  return value?.replace(/^(["'])(.*)\1$/s, '$2');
}
