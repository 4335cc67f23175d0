import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const STACK = 'docker-stack.yml';
const overlayFolder = fileURLToPath(new URL('../stack', import.meta.url));
export const OVERLAYS = readdirSync(overlayFolder).map((name) => `deploy/stack/${name}`);

/** What docker-stack.yml and its overlays say, as far as the tests look at it. */
export interface Service {
  image: string;
  environment?: Record<string, string>;
  secrets?: string[];
  configs?: { source: string; target: string }[];
  volumes?: (string | { type: string; target: string; tmpfs?: { size: number } })[];
  networks: string[];
  ports?: unknown[];
  command?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  stop_grace_period: string;
  healthcheck: { test: string[] };
  logging: { driver: string; options: Record<string, string> };
  deploy: {
    replicas: string | number;
    endpoint_mode: string;
    placement: { constraints?: string[]; preferences?: unknown[] };
    update_config: Record<string, unknown>;
    rollback_config?: Record<string, unknown>;
    restart_policy: Record<string, unknown>;
    resources: { limits: { cpus: string; memory: string }; reservations: { memory: string } };
  };
}

export interface StackFile {
  version: string;
  services: Record<string, Service>;
  networks: Record<string, { driver: string; internal?: boolean }>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { external: boolean; name: string }>;
  configs: Record<string, { name: string; file: string; template_driver?: string }>;
}

/** A file of the repository. */
export function text(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}

export function yaml<T>(path: string): T {
  return parse(text(path), { merge: true }) as T;
}

/** `${NAME:-value}` and `${NAME-value}`, as `docker stack deploy` replaces them when NAME isn't set. */
const VARIABLE = /\$\{([A-Z_]+)(?::?-([^}]*))?\}/g;

/** The variables of a file with their defaults; undefined where there is none. */
export function variablesOf(path: string): Map<string, string | undefined> {
  const lines = text(path).replace(/^\s*#.*$/gm, '');
  return new Map([...lines.matchAll(VARIABLE)].map(([, name, byDefault]) => [name!, byDefault]));
}

export function withDefaults(value: string | number): string {
  return String(value).replace(VARIABLE, (_, _name, byDefault) => byDefault ?? '');
}

/** MiB of a size as Docker reads it. */
export function mebibytes(size: string): number {
  const [, digits, unit] = /^(\d+)([KMG])$/i.exec(withDefaults(size)) ?? [];
  if (digits === undefined) throw new Error(`${size} is no size like 512M`);
  return Number(digits) * { K: 1 / 1024, M: 1, G: 1024 }[unit!.toUpperCase() as 'K' | 'M' | 'G'];
}

/** The settings of .env.example, in its order. */
export function exampleSettings(): Map<string, string> {
  const lines = text('.env.example').split('\n');
  const settings = lines.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split(/=(.*)/s));
  return new Map(settings.map(([name, value]) => [name!, value!.replace(/^"(.*)"$/, '$1')]));
}
