import { contentPack, dashboardEntity, gelfTcpInput } from './content-pack.ts';
import { dashboardOf, type Widget } from './dashboard.ts';

const ANSWERED = 'service:bot AND message:Answered';
const ESTIMATED = 'service:estimator AND message:estimated';
const PULSE = 'service:bot AND message:Pulse';

const WIDGETS: Widget[] = [
  {
    title: 'Photos answered, by outcome',
    query: ANSWERED,
    shows: 'bar',
    series: [{ function: 'count', name: 'photos' }],
    columnsBy: 'outcome',
    position: { col: 1, row: 1, width: 8, height: 4 },
  },
  {
    title: 'Outcomes',
    query: ANSWERED,
    shows: 'table',
    series: [{ function: 'count', name: 'photos' }],
    rowsBy: 'outcome',
    position: { col: 9, row: 1, width: 4, height: 4 },
  },
  {
    title: 'From the acceptance of a photo to its result, milliseconds',
    query: ESTIMATED,
    shows: 'line',
    series: [
      { function: 'percentile', field: 'ageMs', percentile: 50, name: 'p50' },
      { function: 'percentile', field: 'ageMs', percentile: 95, name: 'p95' },
    ],
    position: { col: 1, row: 5, width: 6, height: 4 },
  },
  {
    title: "Estimators' work on a photo, milliseconds",
    query: ESTIMATED,
    shows: 'line',
    series: [
      { function: 'percentile', field: 'workMs', percentile: 50, name: 'p50' },
      { function: 'percentile', field: 'workMs', percentile: 95, name: 'p95' },
    ],
    position: { col: 7, row: 5, width: 6, height: 4 },
  },
  {
    title: 'Queues, messages waiting',
    query: PULSE,
    shows: 'line',
    series: [
      { function: 'max', field: 'toEstimate', name: 'to_estimate' },
      { function: 'max', field: 'afterEstimate', name: 'after_estimate' },
      { function: 'max', field: 'dead', name: 'to_estimate.dead' },
    ],
    position: { col: 1, row: 9, width: 6, height: 4 },
  },
  {
    title: 'Photos in work: accepted, not answered yet',
    query: PULSE,
    shows: 'line',
    series: [{ function: 'max', field: 'inWork', name: 'photos' }],
    position: { col: 7, row: 9, width: 6, height: 4 },
  },
  {
    title: 'Warnings and errors, by service',
    query: 'level:<=4',
    shows: 'bar',
    series: [{ function: 'count', name: 'lines' }],
    columnsBy: 'service',
    position: { col: 1, row: 13, width: 6, height: 4 },
  },
  {
    title: 'The last errors',
    query: 'level:<=3',
    shows: 'messages',
    series: [],
    position: { col: 7, row: 13, width: 6, height: 4 },
  },
];

/**
 * What Graylog installs at its start, by file name. The input is alone in its pack, which must never change: a higher
 * revision is installed beside the old one, and two inputs can't have one port.
 */
export const PACKS: Record<string, object> = {
  'attrai-input.json': contentPack('input', 1, 'The input that takes the logs of all services.', [
    gelfTcpInput('attrai: GELF over TCP', 12_201),
  ]),
  'attrai-photos.json': contentPack('photos', 2, 'A dashboard of what becomes of photos.', [
    // No streams: Graylog 7 installs them paused. The widgets find their lines by queries.
    dashboardEntity('attrai: photos', 'Outcomes, times, queues and errors', dashboardOf('Photos', WIDGETS)),
  ]),
};
