/** Colour-blind people can distinguish these colours (Okabe and Ito, 2008). */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];
export const WIDTH = 960;
const STYLE = `:root{--paper:#fff;--ink:#333;--faint:#666;--grid:#ddd;--shade:#f0f0f0}
@media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e6e6e6;--faint:#a0a4aa;--grid:#363b42;--shade:#22272d}}
svg{fill:var(--ink)}
.paper{fill:var(--paper)}
.faint{fill:var(--faint)}
.grid{stroke:var(--grid)}
.shade{fill:var(--shade)}`;

export interface Heading {
  title: string;
  /** Two lines at most. */
  notes: string[];
}

/** An SVG file with title, notes and `body`, whose elements have y from 100 to `height`. */
export function page({ title, notes }: Heading, height: number, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="14">
<title>${escapeXml(title)}</title>
<style>
${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
<text x="24" y="36" font-size="20" font-weight="600">${escapeXml(title)}</text>
${notes.map((note, i) => `<text class="faint" x="24" y="${58 + i * 18}" font-size="13">${escapeXml(note)}</text>`).join('\n')}
${body}
</svg>
`;
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Rounds to a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const MOST_STEPS = 7;

/** Marks of an axis: 0 and round numbers up to `most`, at most eight. */
export function roundSteps(most: number): number[] {
  const decade = 10 ** Math.floor(Math.log10(most / MOST_STEPS));
  const step = [1, 2.5, 5, 10, 25].map((part) => part * decade).find((size) => most / size <= MOST_STEPS)!;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(3)));
}
