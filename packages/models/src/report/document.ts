/** The contents of a report, however it is written (HTML, Markdown, SVG). */
export interface Report {
  title: string;
  blocks: Block[];
}

export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string }
  /** Something that nobody may overlook. */
  | { kind: 'warning'; text: string }
  | { kind: 'table'; head: string[]; rows: string[][] }
  | { kind: 'chart'; chart: Chart };

/** A drawing of SVG elements with the classes of `write-report.ts`. */
export interface Chart {
  /** Says what the chart shows, also to those who can't see it. */
  title: string;
  width: number;
  height: number;
  elements: string;
}
