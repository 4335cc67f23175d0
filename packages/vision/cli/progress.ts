/** Shows one line on stderr, if that is a terminal, until it is cleared. */
export function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
}

export function clearProgress(): void {
  showProgress('');
}
