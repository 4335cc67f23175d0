/** For text and attributes of HTML and SVG. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Text that Markdown, and HTML in it, leaves as it is; also within a table's cell. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
