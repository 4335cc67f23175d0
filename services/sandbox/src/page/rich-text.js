import { element } from './dom.js';

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
 * Makes nodes from a text and its entities, which are nested or separate. Line breaks are kept by CSS. `onCommand` gets a
 * clicked command.
 */
export function richText(text, entities, onCommand) {
  const known = entities
    .filter(({ type }) => type in TAGS || type === 'bot_command')
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, { offset: 0, length: text.length }, known, onCommand);
}

/** Makes nodes for the range of one entity. `inside` are the entities in it. */
function build(text, { offset, length }, inside, onCommand) {
  const nodes = document.createDocumentFragment();
  let at = offset;
  for (const [i, entity] of inside.entries()) {
    const end = entity.offset + entity.length;
    if (entity.offset < at || end > offset + length) continue;
    const deeper = inside.slice(i + 1).filter((other) => other.offset + other.length <= end);
    const node = tag(entity, text.slice(entity.offset, end), onCommand);
    node.append(build(text, entity, deeper, onCommand));
    nodes.append(text.slice(at, entity.offset), node);
    at = end;
  }
  nodes.append(text.slice(at, offset + length));
  return nodes;
}

function tag({ type, url }, covered, onCommand) {
  if (type === 'bot_command') {
    return element('button', { type: 'button', class: 'command-link', onclick: () => onCommand(covered) });
  }
  if (TAGS[type] !== 'a') return element(TAGS[type]);
  const href = url ?? covered;
  const link = element('a', { target: '_blank', rel: 'noopener noreferrer' });
  if (/^https?:/i.test(href)) link.href = href;
  return link;
}
