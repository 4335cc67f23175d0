import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CHART_STYLE, COLOURS } from './chart-style.ts';
import type { Block, Chart, Report } from './document.ts';
import { escapeMarkdown, escapeXml } from './escape.ts';

/** What reports can be written as, by the file's ending. */
export const REPORT_KINDS = ['.html', '.md', '.svg'];

/**
 * Writes a report: .html is one file with everything in it, no scripts, light or dark as the reader's system; .svg has the charts alone;
 * .md (for GitHub, which shows no HTML) has an .svg with the charts beside it.
 *
 * @returns the files written
 */
export async function writeReport(report: Report, file: string): Promise<string[]> {
  const { dir, name, ext } = path.parse(file);
  const charts = path.join(dir, `${name}.svg`);
  const contents: [string, string][] =
    ext === '.html'
      ? [[file, toHtml(report)]]
      : ext === '.md'
        ? [
            [file, toMarkdown(report, `${name}.svg`)],
            [charts, toSvg(report)],
          ]
        : [[file, toSvg(report)]];
  for (const [to, content] of contents) await writeFile(to, content);
  return contents.map(([to]) => to);
}

/** Of a chart on a narrow screen: beyond it scrolls, since its letters would be too small to read. */
const LEAST_SCALE = 0.75;

export function toHtml({ title, blocks }: Report): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>
${COLOURS}
body{margin:2rem auto;max-width:60rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
.scroll{overflow-x:auto;margin:1rem 0}
.chart{display:inline-block;max-width:100%}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td:first-child{min-width:5.5rem}
td:nth-child(n+3){white-space:nowrap}
th,td{padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top}
.warning{padding:.8rem 1rem;border-left:4px solid var(--two);background:var(--warn)}
svg{max-width:100%;height:auto}
${CHART_STYLE}
</style>
<h1>${escapeXml(title)}</h1>
${blocks.map(blockToHtml).join('\n')}
</html>
`;
}

function blockToHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeXml(block.text)}</h2>`;
    case 'text':
      return `<p>${escapeXml(block.text)}</p>`;
    case 'warning':
      return `<p class="warning"><strong>${escapeXml(block.text)}</strong></p>`;
    case 'table': {
      const head = block.head.map((cell) => `<th>${escapeXml(cell)}</th>`).join('');
      const rows = block.rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeXml(cell)}</td>`).join('')}</tr>`);
      return `<div class="scroll"><table>\n<tr>${head}</tr>\n${rows.join('\n')}\n</table></div>`;
    }
    case 'chart': {
      const { width, height, title, elements } = block.chart;
      const svg = `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="min-width:${LEAST_SCALE * width}px" role="img" aria-label="${escapeXml(title)}">\n${elements}\n</svg>`;
      return `<div class="scroll chart">${svg}</div>`;
    }
  }
}

/** @param charts name of the SVG file beside it, if there is one */
export function toMarkdown({ title, blocks }: Report, charts: string | undefined): string {
  const first = blocks.findIndex(({ kind }) => kind === 'chart');
  const texts = blocks.flatMap((block, i) => {
    if (block.kind !== 'chart') return [blockToMarkdown(block)];
    return charts && i === first
      ? [
          `![${escapeMarkdown(
            chartsOf(blocks)
              .map((chart) => chart.title)
              .join('; '),
          )}](${charts})`,
        ]
      : [];
  });
  return `# ${escapeMarkdown(title)}\n\n${texts.join('\n\n')}\n`;
}

function blockToMarkdown(block: Exclude<Block, { kind: 'chart' }>): string {
  switch (block.kind) {
    case 'heading':
      return `## ${escapeMarkdown(block.text)}`;
    case 'text':
      return escapeMarkdown(block.text);
    case 'warning':
      return `> **${escapeMarkdown(block.text)}**`;
    case 'table': {
      const row = (cells: string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
      return [row(block.head), row(block.head.map(() => '---')), ...block.rows.map(row)].join('\n');
    }
  }
}

const GAP = 20;
/** Two charts with two axes and the gap. */
const ROW_WIDTH = 940;

/** All charts in one picture: narrow ones side by side where two fit. */
export function toSvg({ title, blocks }: Report): string {
  const charts = chartsOf(blocks);
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  let width = 0;
  const placed = charts.map((chart) => {
    if (x > 0 && x + chart.width > ROW_WIDTH) {
      x = 0;
      y += rowHeight + GAP;
      rowHeight = 0;
    }
    const group = `<g transform="translate(${x} ${y})">\n${chart.elements}\n</g>`;
    width = Math.max(width, x + chart.width);
    x += chart.width + GAP;
    rowHeight = Math.max(rowHeight, chart.height);
    return group;
  });
  const height = y + rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${escapeXml(title)}</title>
<style>
${COLOURS}
${CHART_STYLE}
</style>
<rect width="${width}" height="${height}" style="fill:var(--paper)"/>
${placed.join('\n')}
</svg>
`;
}

function chartsOf(blocks: readonly Block[]): Chart[] {
  return blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : []));
}
