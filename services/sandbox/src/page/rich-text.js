const TAGS = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  text_link: 'a',
  url: 'a',
};

/**
 * Text with its entities as nodes. Entities nest or stand apart, as Telegram has it; line breaks are kept by CSS.
 *
 * @param {string} text
 * @param {{type: string, offset: number, length: number, url?: string}[]} entities
 * @param {(command: string) => void} onCommand called when a command in the text is clicked
 */
export function richText(text, entities, onCommand) {
  const known = entities
    .filter(({ type }) => type in TAGS || type === 'bot_command')
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, 0, text.length, known, onCommand);
}

function build(text, from, to, entities, onCommand) {
  const nodes = document.createDocumentFragment();
  let at = from;
  for (let i = 0; i < entities.length; i++) {
    const entity = entities[i];
    const end = entity.offset + entity.length;
    if (entity.offset < at || end > to) continue;
    const inside = entities.slice(i + 1).filter((other) => other.offset + other.length <= end);
    nodes.append(text.slice(at, entity.offset));
    const node = tag(entity, text.slice(entity.offset, end), onCommand);
    node.append(build(text, entity.offset, end, inside, onCommand));
    nodes.append(node);
    at = end;
  }
  nodes.append(text.slice(at, to));
  return nodes;
}

function tag({ type, url }, covered, onCommand) {
  if (type === 'bot_command') {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'command-link';
    button.addEventListener('click', () => onCommand(covered));
    return button;
  }
  const node = document.createElement(TAGS[type]);
  if (node.tagName === 'A') {
    const href = url ?? covered;
    if (/^https?:/i.test(href)) node.href = href;
    node.target = '_blank';
    node.rel = 'noopener noreferrer';
  }
  return node;
}
