import { z } from 'zod';
import type { Secret } from './shown-as.ts';

export interface Variable {
  name: string;
  /** As it is written in the environment; undefined if there is none. */
  default: string | undefined;
  required: boolean;
  /** Allowed values as Markdown: `a`, `b` or 1 to 10; undefined if there is no such list or range. */
  values: string | undefined;
  /** The schema's `.describe()`. */
  meaning: string;
  /** The schema's `.meta({ secret })`. */
  secret: Secret;
}

/**
 * Describes the variable `name` for a reader.
 *
 * @throws Error if its schema has no description.
 */
export function describeVariable(name: string, schema: z.ZodType): Variable {
  const meaning = firstFound(schema, (layer) => layer.description);
  if (meaning === undefined) throw new Error(`The schema of ${name} has no .describe().`);
  const byDefault = firstFound(schema, (layer) => (layer.def as { defaultValue?: unknown }).defaultValue);
  return {
    name,
    default: byDefault === undefined ? undefined : String(byDefault),
    required: !schema.safeParse(undefined).success,
    values: firstFound(schema, valuesOf),
    meaning,
    secret: firstFound(schema, (layer) => layer.meta()?.secret as Secret | undefined) ?? 'no',
  };
}

/** The members of an enumeration, or the range of a number, that `layer` itself sets. */
function valuesOf(layer: z.ZodType): string | undefined {
  if (layer instanceof z.ZodEnum) return layer.options.map((option) => `\`${option}\``).join(', ');
  if (layer instanceof z.ZodNumber) return `${layer.minValue} to ${layer.maxValue}`;
  return undefined;
}

interface Row {
  /** As the first of the services has it. */
  variable: Variable;
  /** Services by the default they have. */
  defaults: Map<string, string[]>;
  services: string[];
}

/**
 * The table of environment variables in docs/settings.md: one row per name, sorted by name.
 *
 * @param schemas by service name, in the order of the last column
 * @throws Error if two services give one name different meanings, or take different values.
 */
export function configTable(schemas: Record<string, z.ZodObject>): string {
  const rows = new Map<string, Row>();

  for (const [service, schema] of Object.entries(schemas)) {
    for (const [name, field] of Object.entries(schema.shape)) {
      const variable = describeVariable(name, field as z.ZodType);
      const row: Row = rows.get(name) ?? { variable, defaults: new Map(), services: [] };
      if (row.variable.meaning !== variable.meaning || row.variable.values !== variable.values) {
        throw new Error(`${name} has more than one meaning. Describe it once, in common-variables.ts.`);
      }
      const shown = variable.default === undefined ? (variable.required ? 'required' : '') : `\`${variable.default}\``;
      row.defaults.set(shown, [...(row.defaults.get(shown) ?? []), service]);
      row.services.push(service);
      rows.set(name, row);
    }
  }

  const lines = [...rows]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([name, { variable, defaults, services }]) => {
      const { values = '', meaning } = variable;
      const cells = [`\`${name}\``, showDefaults(defaults), values, meaning, services.join(', ')];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
  const head = ['| Name | Default | Values | Meaning | Service |', '| --- | --- | --- | --- | --- |'];
  return [...head, ...lines].join('\n');
}

/** One default for all services, or each default with its services. */
function showDefaults(defaults: Map<string, string[]>): string {
  if (defaults.size === 1) return [...defaults.keys()].join();
  return [...defaults].map(([shown, services]) => `${shown || 'unset'} (${services.join(', ')})`).join(', ');
}

/** A schema and, from the outside in, the schemas that its .default(), .optional() and .transform() wrap. */
function firstFound<T>(schema: z.ZodType, look: (layer: z.ZodType) => T | undefined): T | undefined {
  const inner = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const wrapped = inner.innerType ?? inner.in;
  return look(schema) ?? (wrapped && firstFound(wrapped, look));
}
