/** `?` for what can't be told now. */
export function figure(n: number | undefined): string {
  return n === undefined ? '?' : String(n);
}

export function sum(counts: [name: string, n: number][]): number {
  return counts.reduce((total, [, n]) => total + n, 0);
}

/** A line for each. */
export function listed(counts: [name: string, n: number][]): string[] {
  return counts.map(([name, n]) => `• ${name}: ${n}`);
}
