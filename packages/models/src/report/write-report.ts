import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Block, Chart, Report } from './document.ts';
import { escapeMarkdown, escapeXml } from './escape.ts';

/** The endings of files that a report can be written to. */
export const REPORT_KINDS = ['.html', '.md', '.svg'];

/**
 * Writes a report. .html is one file with everything in it, no scripts, light or dark as the reader's system. .svg has only the charts. .md
 * (for GitHub, which shows no HTML) has an .svg with the charts beside it.
 *
 * @returns the files written
 */
export async function writeReport(report: Report, file: string): Promise<string[]> {
  const { dir, name, ext } = path.parse(file);
  const charts = path.join(dir, `${name}.svg`);
  if (ext === '.html') await writeFile(file, toHtml(report));
  if (ext === '.md') await writeFile(file, toMarkdown(report, `${name}.svg`));
  if (ext !== '.html') await writeFile(charts, toSvg(report));
  return ext === '.md' ? [file, charts] : [file];
}

/** Colours by the reader's choice of light or dark. The two hues differ without colour vision, too (Okabe and Ito 2008). */
const CHART_STYLE = `:root{--paper:#fff;--ink:#222;--faint:#666;--grid:#ddd;--one:#0072b2;--two:#d55e00;--warn:#fff1e6}
@media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e6e6e6;--faint:#a0a4aa;--grid:#363b42;--one:#56b4e9;--two:#e69f00;--warn:#3a2a18}}
svg text{font:12px system-ui,sans-serif;fill:var(--faint)}
svg .title{font-size:15px;font-weight:600;fill:var(--ink)}
svg .label{fill:var(--ink)}
svg .group{font-weight:600;fill:var(--ink)}
svg .grid{stroke:var(--grid);fill:none}
svg .guide{stroke:var(--faint);stroke-dasharray:5 4;fill:none}
svg .dot{fill:var(--one);fill-opacity:.35}
svg .one{fill:var(--one);stroke:var(--one)}
svg .two{fill:var(--two);stroke:var(--two)}
svg .whisker{stroke-width:2;fill:none}`;

/** A chart is not scaled down further than this on a narrow screen, where its letters would be too small: it scrolls. */
const LEAST_SCALE = 0.75;

export function toHtml({ title, blocks }: Report): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>
${CHART_STYLE}
body{margin:2rem auto;max-width:60rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
.scroll{overflow-x:auto;margin:1rem 0}
.chart{display:inline-block;max-width:100%}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td:first-child{min-width:5.5rem}
td:nth-child(n+3){white-space:nowrap}
th,td{padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top}
.warning{padding:.8rem 1rem;border-left:4px solid var(--two);background:var(--warn)}
svg{max-width:100%;height:auto}
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
      const row = (cells: string[], tag: 'th' | 'td') =>
        `<tr>${cells.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')}</tr>`;
      const rows = [row(block.head, 'th'), ...block.rows.map((cells) => row(cells, 'td'))];
      return `<div class="scroll"><table>\n${rows.join('\n')}\n</table></div>`;
    }
    case 'chart': {
      const { width, height, title, elements } = block.chart;
      const svg = `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="min-width:${LEAST_SCALE * width}px" role="img" aria-label="${escapeXml(title)}">\n${elements}\n</svg>`;
      return `<div class="scroll chart">${svg}</div>`;
    }
  }
}

/** @param charts name of the SVG file beside it, if there is one */
export function toMarkdown({ title, blocks }: Report, charts?: string): string {
  const first = blocks.findIndex(({ kind }) => kind === 'chart');
  const titles = chartsOf(blocks).map((chart) => chart.title);
  const texts = blocks.flatMap((block, i) => {
    if (block.kind !== 'chart') return [blockToMarkdown(block)];
    return charts && i === first ? [`![${escapeMarkdown(titles.join('; '))}](${charts})`] : [];
  });
  return `# ${escapeMarkdown(title)}\n\n${texts.join('\n\n')}\n`;
}

function blockToMarkdown(block: Exclude<Block, { kind: 'chart' }>): string {
  if (block.kind === 'table') {
    const row = (cells: string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
    return [row(block.head), row(block.head.map(() => '---')), ...block.rows.map(row)].join('\n');
  }
  const text = escapeMarkdown(block.text);
  return { heading: `## ${text}`, text, warning: `> **${text}**` }[block.kind];
}

const GAP = 20;
/** Two charts with two axes and the gap. */
const ROW_WIDTH = 940;

/** All charts in one picture, side by side where two fit. */
export function toSvg({ title, blocks }: Report): string {
  let [x, y, rowHeight, width] = [0, 0, 0, 0];
  const placed = chartsOf(blocks).map((chart) => {
    if (x > 0 && x + chart.width > ROW_WIDTH) {
      y += rowHeight + GAP;
      [x, rowHeight] = [0, 0];
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
