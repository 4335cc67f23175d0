import { idOf } from './content-pack.ts';

/** What a widget draws of one field over the messages it finds. */
export type Series =
  | { function: 'count'; name: string }
  | { function: 'avg' | 'max' | 'latest'; field: string; name: string }
  | { function: 'percentile'; field: string; percentile: number; name: string };

export interface Widget {
  title: string;
  /** In Graylog's query language. */
  query: string;
  /** Over time, or one row for each value of `rowsBy`, or the messages themselves. */
  shows: 'bar' | 'line' | 'table' | 'messages';
  series: Series[];
  /** Field whose values become rows; time when left out. */
  rowsBy?: string;
  /** Field whose values become colours or columns. */
  columnsBy?: string;
  /** On a grid of twelve columns, counted from 1. */
  position: { col: number; row: number; width: number; height: number };
}

/** All widgets look at so many seconds; the page has a choice for all of them. */
const RANGE = { type: 'relative', range: 3_600 };
/** Of values that become rows or columns. */
const LIMIT = 15;
/** Graylog wants one, and shows it nowhere. */
const CREATED_AT = '2026-01-01T00:00:00.000Z';

/** A dashboard of one page, as Graylog keeps it: each widget, and beside it the search that feeds it. */
export function dashboardOf(name: string, widgets: Widget[]): object {
  const page = idOf(`page ${name}`);
  const searchId = ({ title }: Widget) => idOf(`search ${name} ${title}`);
  const widgetId = ({ title }: Widget) => idOf(`widget ${name} ${title}`);
  const byWidget = <T>(of: (widget: Widget) => T) => Object.fromEntries(widgets.map((w) => [widgetId(w), of(w)]));

  return {
    search: {
      queries: [
        {
          id: page,
          timerange: RANGE,
          filters: [],
          query: elasticsearch(''),
          search_types: widgets.map((widget) => ({ ...searchOf(widget), id: searchId(widget) })),
        },
      ],
      parameters: [],
      requires: {},
      owner: 'admin',
      created_at: CREATED_AT,
    },
    created_at: CREATED_AT,
    requires: {},
    owner: 'admin',
    properties: [],
    state: {
      [page]: {
        selected_fields: null,
        static_message_list_id: null,
        titles: { tab: { title: name }, widget: byWidget(({ title }) => title) },
        widgets: widgets.map((widget) => ({ ...widgetOf(widget), id: widgetId(widget) })),
        widget_mapping: byWidget((widget) => [searchId(widget)]),
        positions: byWidget(({ position }) => position),
        formatting: { highlighting: [] },
        display_mode_settings: { positions: {} },
      },
    },
  };
}

function searchOf({ query, shows, series, rowsBy, columnsBy }: Widget): object {
  const common = { query: elasticsearch(query), timerange: RANGE, streams: [], filter: null, filters: [] };
  if (shows === 'messages') {
    const sort = [{ field: 'timestamp', order: 'DESC' }];
    return { ...common, type: 'messages', name: null, limit: 50, offset: 0, sort, decorators: [] };
  }
  return {
    ...common,
    type: 'pivot',
    name: 'chart',
    series: series.map(({ function: type, ...rest }) => ({
      field: null,
      ...rest,
      name: undefined,
      type,
      id: rest.name,
    })),
    row_groups: [
      rowsBy === undefined
        ? { type: 'time', fields: ['timestamp'], interval: { type: 'auto', scaling: 1 } }
        : { type: 'values', fields: [rowsBy], limit: LIMIT },
    ],
    column_groups: columnsBy === undefined ? [] : [{ type: 'values', fields: [columnsBy], limit: LIMIT }],
    row_limit: null,
    column_limit: null,
    rollup: rowsBy !== undefined,
    sort: [],
  };
}

function widgetOf({ query, shows, series, rowsBy, columnsBy }: Widget): object {
  const common = { query: elasticsearch(query), timerange: RANGE, streams: [], filter: null, filters: [] };
  if (shows === 'messages') {
    const fields = ['timestamp', 'service', 'requestId', 'message', 'err_code'];
    const config = {
      fields,
      show_message_row: true,
      show_summary: false,
      decorators: [],
      sort: [{ type: 'pivot', field: 'timestamp', direction: 'Descending' }],
    };
    return { ...common, type: 'messages', config };
  }
  return {
    ...common,
    type: 'aggregation',
    config: {
      visualization: shows,
      visualization_config: configOf(shows),
      series: series.map((one) => ({ config: { name: one.name }, function: asFunction(one) })),
      row_pivots: [
        rowsBy === undefined
          ? { type: 'time', fields: ['timestamp'], config: { interval: { type: 'auto', scaling: 1 } } }
          : { type: 'values', fields: [rowsBy], config: { limit: LIMIT } },
      ],
      column_pivots: columnsBy === undefined ? [] : [{ type: 'values', fields: [columnsBy], config: { limit: LIMIT } }],
      row_limit: null,
      column_limit: null,
      rollup: rowsBy !== undefined,
      event_annotation: false,
      formatting_settings: null,
      sort: [],
    },
  };
}

function configOf(shows: Widget['shows']): object | null {
  if (shows === 'bar') return { barmode: 'stack', axis_type: 'linear' };
  if (shows === 'line') return { interpolation: 'linear', axis_type: 'linear' };
  return null;
}

function asFunction(series: Series): string {
  if (series.function === 'count') return 'count()';
  if (series.function === 'percentile') return `percentile(${series.field},${series.percentile})`;
  return `${series.function}(${series.field})`;
}

function elasticsearch(query: string): object {
  return { type: 'elasticsearch', query_string: query };
}
