import { expect, it } from 'vitest';
import { intervalChart } from '../src/report/interval-chart.ts';
import { toSvg } from '../src/report/write-report.ts';

const AXIS = { name: 'points', from: -1, to: 1 };
const rows = [{ label: 'age' }, { label: '10 to 30', value: 0, low: -0.5, high: 0.5, note: 'n = 40' }];

it('draws a row without a value as a row, not as a heading, and says why it has none', () => {
  const { elements } = intervalChart('t', AXIS, [...rows, { label: 'over 90', note: 'n = 4: too few' }], []);
  expect(elements).toMatch(/class="group"[^>]*>age</);
  expect(elements).toMatch(/class="label"[^>]*>over 90<.*n = 4: too few/);
  expect(elements.match(/<circle/g)).toHaveLength(1);
});

it('makes room for the longest label', () => {
  const long = 'nobody who says how old they are';
  const [short, wide] = [rows, [...rows, { label: long, value: 0 }]].map((list) => intervalChart('t', AXIS, list, []));
  const longer = long.length - '10 to 30'.length;
  expect(wide!.width - short!.width).toBeGreaterThan(6 * longer);
});

it('puts narrow charts side by side and a wide one below, all inside the picture', () => {
  const chart = (width: number) => ({
    kind: 'chart' as const,
    chart: { title: 't', width, height: 100, elements: '' },
  });
  const svg = toSvg({ title: 'r', blocks: [chart(460), chart(460), chart(800), chart(300)] });
  const places = [...svg.matchAll(/translate\((\d+ \d+)\)/g)].map(([, place]) => place);
  expect(places).toEqual(['0 0', '480 0', '0 120', '0 240']);
  expect(svg).toContain('width="940" height="340"');
  expect(toSvg({ title: 'r', blocks: [chart(800)] })).toContain('width="800" height="100"');
});
