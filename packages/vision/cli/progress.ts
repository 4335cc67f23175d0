/** Shows one line on stderr, where that is a terminal, until it is cleared. */
export function showProgress(line: string): { clear(): void } {
  if (!process.stderr.isTTY) return { clear() {} };
  const columns = process.stderr.columns || 80;
  process.stderr.write(`\r\x1b[2K${line.slice(0, columns - 1)}`);
  return {
    clear() {
      process.stderr.write('\r\x1b[2K');
    },
  };
}
