/** A destination for a logger that shows its JSON lines as `level  text: error (id)`. */
export function plainLines(out: { write(text: string): unknown }): { write(line: string): void } {
  return {
    write(line) {
      const { level, msg, err, requestId } = JSON.parse(line);
      const text = [msg, err?.message].filter((part, i, all) => part && all.indexOf(part) === i).join(': ');
      out.write(`${String(level).padEnd(6)} ${text}${requestId ? ` (${requestId})` : ''}\n`);
    },
  };
}
