import { describe, expect, test } from 'vitest';
import { PACKS } from '../graylog/packs.ts';
import { text } from './stack-file.ts';

interface Value {
  '@type': string;
  '@value': unknown;
}
interface Pack {
  v: string;
  id: string;
  rev: number;
  entities: { v: string; type: { name: string; version: string }; id: string; data: Record<string, never> }[];
}

const files = Object.keys(PACKS);
const packOf = (file: string) => JSON.parse(text(`deploy/graylog/${file}`)) as Pack;
const entities = files.flatMap((file) => packOf(file).entities);
const named = (name: string) => entities.filter(({ type }) => type.name === name).map(({ data }) => data as never);

/** What the services write as `msg`. */
const logLines = [
  'services/bot/src/replies/send-replies.ts',
  'services/bot/src/pulse.ts',
  'services/estimator/src/start-estimator.ts',
].map(text);

describe('the content packs', () => {
  test.each(files)('%s is what deploy/graylog/write-packs.ts writes', (file) => {
    expect(packOf(file)).toEqual(JSON.parse(JSON.stringify(PACKS[file])));
  });

  test('have the ids they were first installed by, and a revision', () => {
    const installed = Object.fromEntries(files.map((file) => [file, [packOf(file).id, packOf(file).rev]]));
    expect(installed).toEqual({
      'attrai-input.json': ['c148acb6-8d57-4d7a-8273-93b207405b06', 1],
      'attrai-photos.json': ['46f56fb2-f0d7-4430-884a-c94fc06569c0', 2],
    });
    for (const file of files) expect(packOf(file).v).toBe('1');
    const ids = [...files.map((file) => packOf(file).id), ...entities.map(({ id }) => id)];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  test('have the input in a pack of its own, as the services speak to it', () => {
    const [input, ...others] = packOf('attrai-input.json').entities;
    expect(others).toEqual([]);
    expect(named('input')).toHaveLength(1);
    const { type, configuration } = input!.data as unknown as { type: Value; configuration: Record<string, Value> };
    expect(type['@value']).toBe('org.graylog2.inputs.gelf.tcp.GELFTCPInput');
    expect(configuration.use_null_delimiter!['@value']).toBe(true);
    expect(configuration.tls_enable!['@value']).toBe(false);
    expect(text('docker-stack.yml')).toContain(`tcp://graylog:${configuration.port!['@value']}`);
  });

  test('are those that Graylog is told to install', () => {
    expect(text('docker-stack.yml')).toContain(`GRAYLOG_CONTENT_PACKS_AUTO_INSTALL: ${files.join(',')}\n`);
  });

  test('have no streams, which Graylog 7 installs paused', () => {
    expect(entities.map(({ type }) => type.name)).toEqual(['input', 'dashboard']);
  });
});

describe('the dashboard', () => {
  interface Widget {
    id: string;
    type: string;
    query: { query_string: string };
    config: { series?: { function: string }[] };
  }
  interface Dashboard {
    search: { queries: { id: string; search_types: { id: string; type: string; query: object }[] }[] };
    state: Record<
      string,
      {
        titles: { widget: Record<string, string> };
        widgets: Widget[];
        widget_mapping: Record<string, string[]>;
        positions: Record<string, { col: number; row: number; width: number; height: number }>;
      }
    >;
  }
  const dashboard = named('dashboard')[0] as unknown as Dashboard;
  const [query] = dashboard.search.queries;
  const page = dashboard.state[query!.id]!;

  test('feeds each widget from a search of its own', () => {
    const searches = new Map(query!.search_types.map((search) => [search.id, search]));
    expect(page.widgets).toHaveLength(searches.size);
    for (const widget of page.widgets) {
      expect(page.titles.widget[widget.id]).toMatch(/\w/);
      const [searchId, ...others] = page.widget_mapping[widget.id]!;
      expect(others).toEqual([]);
      const search = searches.get(searchId!)!;
      expect(search.query).toEqual(widget.query);
      expect(search.type).toBe(widget.type === 'messages' ? 'messages' : 'pivot');
      searches.delete(searchId!);
    }
    expect(searches.size).toBe(0);
  });

  test('puts no widget over another, or beside the grid', () => {
    const taken = new Set<string>();
    for (const widget of page.widgets) {
      const { col, row, width, height } = page.positions[widget.id]!;
      expect(col + width - 1).toBeLessThanOrEqual(12);
      for (let x = col; x < col + width; x++) {
        for (let y = row; y < row + height; y++) {
          expect(taken.has(`${x},${y}`), page.titles.widget[widget.id]).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  test('asks for lines and fields that the services log', () => {
    for (const widget of page.widgets) {
      const message = /message:(\w+)/.exec(widget.query.query_string)?.[1];
      if (message === undefined) {
        expect(widget.query.query_string).toMatch(/^level:<=\d$/);
        continue;
      }
      const line = logLines.flatMap((source) => source.split('\n')).find((code) => code.includes(`'${message}')`));
      expect(line, message).toBeDefined();
      const service = /service:(\w+)/.exec(widget.query.query_string)![1]!;
      expect(text(`services/${service}/src/main.ts`)).toContain(`service: '${service}'`);
      for (const { function: call } of widget.config.series ?? []) {
        const field = /\((\w+)/.exec(call)?.[1];
        if (field !== undefined) expect(line, `${message}: ${field}`).toMatch(new RegExp(`\\b${field}\\b`));
      }
    }
  });

  test('shows outcomes, times, queues, work in hand and errors', () => {
    const titles = Object.values(page.titles.widget).join(' ');
    for (const word of ['outcome', 'acceptance', 'Queues', 'in work', 'errors']) expect(titles).toContain(word);
    const calls = page.widgets.flatMap(({ config }) => config.series?.map((series) => series.function) ?? []);
    expect(calls).toEqual(
      expect.arrayContaining(['percentile(ageMs,50)', 'percentile(ageMs,95)', 'max(toEstimate)', 'max(inWork)']),
    );
  });
});
