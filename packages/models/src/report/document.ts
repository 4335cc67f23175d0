/** A report as what it says, apart from how it is written (HTML, Markdown, SVG). */
export interface Report {
  title: string;
  blocks: Block[];
}

export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string }
  /** What nobody may overlook. */
  | { kind: 'warning'; text: string }
  | { kind: 'table'; head: string[]; rows: string[][] }
  | { kind: 'chart'; chart: Chart };

/** A drawing, made of SVG elements that use the classes of `chart-style.ts`. */
export interface Chart {
  /** Says what is to be seen; for those who can't see it, too. */
  title: string;
  width: number;
  height: number;
  elements: string;
}
