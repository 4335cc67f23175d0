import { Bubble } from './bubble.js';
import { element } from './dom.js';

/** Milliseconds. Messages of one sender with a shorter time between them form a group. */
const GROUP_MS = 5 * 60_000;

/** The messages of the chat: those of the server by id, then own messages on their way. */
export class MessageList {
  #bubbles = new Map();
  #pending = new Map();

  /** `context`: see Bubble */
  constructor(node, context) {
    this.node = node;
    this.context = { ...context, find: (messageId) => this.#bubbles.get(messageId) };
  }

  get isEmpty() {
    return !this.bubbles.some(({ view }) => view.from !== 'nobody');
  }

  get bubbles() {
    return [...this.#bubbles.values(), ...this.#pending.values()];
  }

  find(messageId) {
    return this.#bubbles.get(messageId);
  }

  /** Shows exactly these messages of the server, oldest first. Returns false if all older messages are gone. */
  reset(views) {
    const kept = new Set(views.map((view) => view.message_id));
    const lost = this.#bubbles.size > 0 && ![...this.#bubbles.keys()].some((id) => kept.has(id));
    for (const id of [...this.#bubbles.keys()]) if (!kept.has(id)) this.remove(id);
    for (const view of views) this.put(view);
    return !lost;
  }

  put(view) {
    const shown = this.#bubbles.get(view.message_id) ?? this.#adopt(view);
    if (!shown) {
      const bubble = new Bubble(view, this.context);
      this.#bubbles.set(view.message_id, bubble);
      this.node.insertBefore(bubble.node, this.#pending.values().next().value?.node ?? null);
    } else if (JSON.stringify(strip(shown.view)) !== JSON.stringify(strip(view))) {
      shown.change(view);
    }
    this.#arrange();
  }

  /** Adds or changes an own message on its way. */
  putPending(view) {
    const shown = this.#pending.get(view.client_key);
    if (shown) {
      shown.show(view);
    } else {
      const bubble = new Bubble(view, this.context);
      this.#pending.set(view.client_key, bubble);
      this.node.append(bubble.node);
    }
    this.#arrange();
  }

  showProgress(key, share) {
    this.#pending.get(key)?.showProgress(share);
  }

  isPending(key) {
    return this.#pending.has(key);
  }

  removePending(key) {
    this.#pending.get(key)?.node.remove();
    this.#pending.delete(key);
    this.#arrange();
  }

  remove(messageId) {
    this.#bubbles.get(messageId)?.node.remove();
    this.#bubbles.delete(messageId);
    this.#arrange();
  }

  redraw(context) {
    this.context = Object.assign(this.context, context);
    for (const bubble of this.bubbles) bubble.show(bubble.view);
    this.#arrange();
  }

  /** If a message of the server was on its way here, it gets that bubble, which keeps its picture. */
  #adopt(view) {
    const bubble = this.#pending.get(view.client_key);
    if (!bubble) return undefined;
    this.#pending.delete(view.client_key);
    this.#bubbles.set(view.message_id, bubble);
    const { photo_url, photo_width, photo_height } = bubble.view;
    bubble.show(photo_url ? { ...view, photo_url, photo_width, photo_height } : view);
    this.node.insertBefore(bubble.node, this.#pending.values().next().value?.node ?? null);
    return bubble;
  }

  /** Adds lines with the date, and marks groups. */
  #arrange() {
    for (const line of this.node.querySelectorAll('.day')) line.remove();
    let previous;
    for (const bubble of this.bubbles) {
      const { view, node } = bubble;
      const newDay = !previous || dayOf(previous.view.date) !== dayOf(view.date);
      if (newDay) this.node.insertBefore(element('div', { class: 'day' }, this.#dayName(view.date)), node);
      const joins = !newDay && previous.view.from === view.from && view.date - previous.view.date < GROUP_MS;
      node.classList.toggle('joins', joins);
      node.classList.add('last');
      if (joins) previous.node.classList.remove('last');
      previous = bubble;
    }
  }

  #dayName(date) {
    const { say, language } = this.context;
    if (dayOf(date) === dayOf(Date.now())) return say('today');
    if (dayOf(date) === dayOf(Date.now() - 86_400_000)) return say('yesterday');
    return new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(date);
  }
}

/** The view without the picture, if the bubble keeps an own picture. */
function strip({ photo_url, photo_width, photo_height, ...rest }) {
  return photo_url?.startsWith('blob:') || rest.from === 'user' ? rest : { ...rest, photo_url };
}

function dayOf(date) {
  return new Date(date).toDateString();
}
