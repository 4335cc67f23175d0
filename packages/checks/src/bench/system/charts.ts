import { drawBars } from '../../charts/bars.ts';
import { drawLines } from '../../charts/lines.ts';
import { roundSteps } from '../../charts/svg.ts';
import { estimatorsOf, type Figures, outsideMs, queueCost } from './figures.ts';

/** Draws the pictures of the report. Returns SVG by the last part of the file name. */
export function drawCharts(figures: Figures): Record<'cpu' | 'latency' | 'queue', string> {
  const [computer = ''] = figures.machine;
  const where = `${computer} · ${figures.date}`;
  return { cpu: drawCpu(figures, where), latency: drawLatency(figures, where), queue: drawQueue(figures, where) };
}

function drawCpu({ load }: Figures, where: string): string {
  return drawBars({
    title: `CPU time a photo: ${load.map((one) => outsideMs(one).toFixed(1)).join(' and ')} ms by our own code outside the pipeline`,
    notes: [where, 'messaging: the estimators without the pipeline · the sandbox stands in for Telegram'],
    unit: 'CPU ms a photo',
    parts: ['pipeline', 'messaging', 'bot', 'RabbitMQ', 'Redis', 'sandbox'],
    bars: load.map(({ estimators, cpuMs }) => ({
      label: estimatorsOf(estimators),
      values: [cpuMs.pipeline, cpuMs.messaging, cpuMs.bot, cpuMs.rabbitmq, cpuMs.redis, cpuMs.sandbox],
    })),
  });
}

function drawLatency({ latency }: Figures, where: string): string {
  const most = Math.max(1, ...latency.map(({ percentiles }) => percentiles[99]!));
  const steps = roundSteps(most);
  const marks = [...steps, steps.at(-1)! + (steps[1] ?? most)];
  return drawLines({
    title: 'From the photo to its answer, at half load',
    notes: [where, 'photos arrive at random (a Poisson process) · share of photos that is answered within a time'],
    lines: latency.map(({ estimators, perSecond, percentiles }) => ({
      name: estimatorsOf(estimators),
      remark: `${perSecond.toFixed(1)} photos/s`,
      points: percentiles.slice(0, 100).map((ms, percent) => [ms, percent]),
    })),
    x: { marks: marks.map((at) => ({ at, label: String(at) })), unit: 'ms' },
    y: { unit: '%' },
  });
}

function drawQueue({ queue }: Figures, where: string): string {
  const line = (name: string, costOf: (at: Figures['queue'][number]) => number) => ({
    name,
    remark: queue.map((at) => costOf(at).toFixed(1)).join(' → '),
    points: queue.map((at) => [Math.log10(at.waiting), costOf(at)] as [number, number]),
  });
  return drawLines({
    title: 'What one photo costs while others wait',
    notes: [where, 'CPU of the bot, the estimator without its pipeline, RabbitMQ and Redis'],
    lines: [
      line('in all', queueCost),
      line('bot, accepting', ({ accept }) => accept.bot),
      line('bot, answering', ({ answer }) => answer.bot),
      line('estimator', ({ answer }) => answer.messaging),
      line('RabbitMQ', ({ accept, answer }) => accept.rabbitmq + answer.rabbitmq),
      line('Redis', ({ accept, answer }) => accept.redis + answer.redis),
    ],
    x: {
      marks: queue.map(({ waiting }) => ({ at: Math.log10(waiting), label: waiting.toLocaleString('en') })),
      unit: 'photos that wait',
    },
    y: { unit: 'CPU ms' },
  });
}
