import { createHash } from 'node:crypto';

/** Graylog's JSON for a content pack (format version 1) and the entities in one, as far as ours need it. */
export interface Entity {
  v: '1';
  type: { name: string; version: string };
  id: string;
  data: object;
  constraints: object[];
}

const NEEDS_SERVER = [{ type: 'server-version', version: '>=6.0.0' }];

/** The same id for the same name, for ever: Graylog tells by it what it has installed already. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(`attrai ${name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** Whoever changes what is in a pack raises its `revision`; Graylog installs each revision of a pack once. */
export function contentPack(name: string, revision: number, about: string, entities: Entity[]): object {
  return {
    v: '1',
    id: idOf(`pack ${name}`),
    rev: revision,
    name: `attrai: ${name}`,
    summary: about,
    description: about,
    vendor: 'attrai',
    url: '',
    parameters: [],
    entities,
  };
}

/** An input for GELF over TCP whose messages end with a null byte, as packages/telemetry sends them. */
export function gelfTcpInput(title: string, port: number): Entity {
  return {
    v: '1',
    type: { name: 'input', version: '1' },
    id: idOf(`input ${title}`),
    data: {
      title: value(title),
      type: value('org.graylog2.inputs.gelf.tcp.GELFTCPInput'),
      global: value(true),
      configuration: {
        bind_address: value('0.0.0.0'),
        port: value(port),
        recv_buffer_size: value(1_048_576),
        number_worker_threads: value(1),
        max_message_size: value(2_097_152),
        decompress_size_limit: value(8_388_608),
        use_null_delimiter: value(true),
        tcp_keepalive: value(true),
        tls_enable: value(false),
      },
      static_fields: {},
      extractors: [],
    },
    constraints: NEEDS_SERVER,
  };
}

export function dashboardEntity(title: string, about: string, view: object): Entity {
  return {
    v: '1',
    type: { name: 'dashboard', version: '2' },
    id: idOf(`dashboard ${title}`),
    data: { title: value(title), summary: value(about), description: value(about), type: 'DASHBOARD', ...view },
    constraints: NEEDS_SERVER,
  };
}

function value(content: string | number | boolean): object {
  const type = typeof content === 'number' ? 'integer' : typeof content;
  return { '@type': type, '@value': content };
}
