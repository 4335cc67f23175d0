import type { z } from 'zod';

export interface Variable {
  name: string;
  /** As one would write it into the environment; undefined where there is none. */
  default: string | undefined;
  required: boolean;
  /** The schema's `.describe()`. */
  meaning: string;
}

/**
 * What a reader needs to know about the variable `name`.
 *
 * @throws Error if its schema has no description: a variable without a meaning is a mistake of ours.
 */
export function describeVariable(name: string, schema: z.ZodType): Variable {
  const meaning = firstFound(schema, (layer) => layer.description);
  if (meaning === undefined) throw new Error(`The schema of ${name} has no .describe().`);
  const byDefault = firstFound(schema, (layer) => (layer.def as { defaultValue?: unknown }).defaultValue);
  return {
    name,
    default: byDefault === undefined ? undefined : String(byDefault),
    required: !schema.safeParse(undefined).success,
    meaning,
  };
}

interface Row {
  /** Services by the default they have. */
  defaults: Map<string, string[]>;
  services: string[];
}

/**
 * The README's table of environment variables: one row a name, sorted by name.
 *
 * @param schemas by service name, in the order they shall be listed in the last column
 * @throws Error if two services give one name different meanings.
 */
export function configTable(schemas: Record<string, z.ZodObject>): string {
  const meanings = new Map<string, string>();
  const rows = new Map<string, Row>();

  for (const [service, schema] of Object.entries(schemas)) {
    for (const [name, field] of Object.entries(schema.shape)) {
      const variable = describeVariable(name, field as z.ZodType);
      if ((meanings.get(name) ?? variable.meaning) !== variable.meaning) {
        throw new Error(`${name} has more than one meaning. Describe it once, in common-variables.ts.`);
      }
      meanings.set(name, variable.meaning);
      const row: Row = rows.get(name) ?? { defaults: new Map(), services: [] };
      const shown = variable.default === undefined ? (variable.required ? 'required' : '') : `\`${variable.default}\``;
      row.defaults.set(shown, [...(row.defaults.get(shown) ?? []), service]);
      row.services.push(service);
      rows.set(name, row);
    }
  }

  const lines = [...rows]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([name, { defaults, services }]) => {
      const cells = [`\`${name}\``, showDefaults(defaults), meanings.get(name) ?? '', services.join(', ')];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
  return ['| Name | Default | Meaning | Service |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** One default for all services, or each with the services it is for. */
function showDefaults(defaults: Map<string, string[]>): string {
  if (defaults.size === 1) return [...defaults.keys()].join();
  return [...defaults].map(([shown, services]) => `${shown || 'unset'} (${services.join(', ')})`).join(', ');
}

/** Looks at a schema and, from the outside in, at what its .default(), .optional() and .transform() wrap. */
function firstFound<T>(schema: z.ZodType, look: (layer: z.ZodType) => T | undefined): T | undefined {
  const inner = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const wrapped = inner.innerType ?? inner.in;
  return look(schema) ?? (wrapped && firstFound(wrapped, look));
}
