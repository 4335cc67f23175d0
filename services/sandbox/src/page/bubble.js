import { element, icon } from './dom.js';
import { grow } from './grow.js';
import { Keyboard } from './keyboard.js';
import { richText } from './rich-text.js';

/** Longest sides of a photo, CSS pixels. In a narrow window it is smaller. */
const PHOTO_WIDTH = 420;
const PHOTO_HEIGHT = 460;
/** Least width of a photo, CSS pixels, without and with text below. Narrower photos are cropped. */
const PHOTO_MIN = 120;
const CAPTIONED_MIN = 220;

/**
 * One message on the page. `view` is a message of the server. An own message on its way also has `state` (sending, waiting,
 * failed), `problem` and `actions`.
 */
export class Bubble {
  /** `context`: say, language, find(messageId), onPhoto(bubble), onButton(bubble, data), onCommand, onReply(bubble), onJump(messageId) */
  constructor(view, context) {
    this.context = context;
    this.body = element('div', { class: 'bubble' });
    this.keyboard = new Keyboard((data) => context.onButton(this, data));
    this.node = element(
      'article',
      { class: `message ${view.from}` },
      element('div', { class: 'stack' }, this.body, this.keyboard.node),
      this.#replyButton(),
    );
    this.show(view);
  }

  /** Shows another state of the message, with an animation. A new photo is loaded first. */
  async change(view) {
    const before = this.view;
    this.wanted = view;
    if (view.photo_url && view.photo_url !== before.photo_url) await loaded(view.photo_url);
    if (this.wanted !== view) return;
    await grow(this.body, () => this.show(view));
  }

  show(view) {
    this.view = view;
    this.node.dataset.messageId = view.message_id ?? '';
    this.node.classList.toggle('has-photo', Boolean(view.photo_url));
    this.node.classList.toggle('bare', Boolean(view.photo_url) && !view.caption && !view.problem);
    this.node.classList.toggle('pending', view.state === 'sending' || view.state === 'waiting');
    this.node.setAttribute('aria-label', this.#label());
    const reply = this.node.lastElementChild;
    reply.hidden = view.message_id === undefined || view.from === 'nobody';
    reply.title = this.context.say('reply');
    this.body.replaceChildren(...this.#parts().filter(Boolean));
    this.keyboard.show(view.buttons);
  }

  /** `share` of the upload: 0 to 1 */
  showProgress(share) {
    this.body.querySelector('.ring')?.style.setProperty('--share', String(share));
  }

  get summary() {
    const { view, context } = this;
    const words = view.text ?? view.caption;
    if (words) return words;
    return view.photo_url ? context.say('photo') : (view.document_name ?? context.say('file'));
  }

  #replyButton() {
    const onclick = () => this.context.onReply(this);
    return element('button', { type: 'button', class: 'reply-button', onclick }, icon('reply'));
  }

  #label() {
    const { say } = this.context;
    return `${this.view.from === 'user' ? say('you') : 'attrai'}, ${this.#time()}`;
  }

  #time() {
    return new Intl.DateTimeFormat(this.context.language, { timeStyle: 'short' }).format(this.view.date);
  }

  #parts() {
    const { view, context } = this;
    if (view.service) {
      const name = view.service.startsWith('migrate_') ? 'migrated' : view.service;
      return [context.say(`service_${name}`), view.service_words && ` “${view.service_words}”`];
    }
    return [
      view.reply_to !== undefined && this.#quote(view.reply_to),
      view.photo_url && this.#photo(),
      view.document_name && this.#document(),
      element('div', { class: 'text' }, this.#words(), this.#meta()),
      view.problem && this.#problem(),
      view.reaction && element('span', { class: 'reaction' }, view.reaction),
    ];
  }

  #quote(messageId) {
    const { find, say, onJump } = this.context;
    const quoted = find(messageId);
    const quote = element('button', { type: 'button', class: 'quote', onclick: () => onJump(messageId) });
    if (quoted?.view.photo_url) quote.append(element('img', { src: quoted.view.photo_url, alt: '' }));
    const who = quoted?.view.from === 'bot' ? 'attrai' : say('you');
    const lines = quoted
      ? [element('b', {}, who), element('span', {}, quoted.summary)]
      : [element('span', {}, say('goneReply'))];
    quote.append(element('span', { class: 'quote-words' }, ...lines));
    return quote;
  }

  #photo() {
    const { view, context } = this;
    const { photo_width: width, photo_height: height } = view;
    const scale = Math.min(1, PHOTO_WIDTH / width, PHOTO_HEIGHT / height);
    const image = element('img', { src: view.photo_url, alt: view.caption ?? context.say('photo'), draggable: false });
    const onclick = () => context.onPhoto(this);
    const photo = element(
      'button',
      { type: 'button', class: 'photo', 'aria-label': context.say('openPhoto'), onclick },
      image,
    );
    const least = view.caption || view.buttons ? CAPTIONED_MIN : PHOTO_MIN;
    photo.style.width = `${Math.max(Math.round(width * scale), least)}px`;
    photo.style.aspectRatio = `${Math.max(width * scale, least)} / ${height * scale}`;
    if (view.state === 'sending' || view.state === 'waiting') {
      const ring = element('span', { class: 'ring' });
      ring.style.setProperty('--share', '0');
      photo.append(ring);
    }
    return photo;
  }

  #document() {
    const { document_name: name, document_size: size, document_url: url } = this.view;
    const shownSize = element('small', {}, fileSize(size, this.context.language));
    const words = element('span', {}, element('b', {}, name), shownSize);
    const sign = element('span', { class: 'file-icon' }, icon('file'));
    return element(url ? 'a' : 'div', { class: 'document', ...(url && { href: url }) }, sign, words);
  }

  #words() {
    const text = this.view.text ?? this.view.caption;
    if (!text) return '';
    return element('div', { class: 'words' }, richText(text, this.view.entities ?? [], this.context.onCommand));
  }

  #meta() {
    const { view, context } = this;
    const meta = element('span', { class: 'meta' });
    if (view.hidden) meta.append(this.#sign('hidden', context.say('hidden')));
    if (view.edited && view.from === 'user') meta.append(context.say('edited'), ' ');
    meta.append(element('time', { dateTime: new Date(view.date).toISOString() }, this.#time()));
    if (view.from === 'user') meta.append(this.#state());
    return meta;
  }

  #state() {
    const { view, context } = this;
    const [name, words] = {
      sending: ['clock', context.say('sending')],
      waiting: ['clock', context.say('waiting')],
      failed: ['failed', context.say('notSent')],
    }[view.state] ?? ['sent', context.say('sent')];
    return this.#sign(name, words);
  }

  #sign(name, words) {
    return element('span', { class: 'state', title: words, role: 'img', 'aria-label': words }, icon(name));
  }

  #problem() {
    const { problem, actions } = this.view;
    const buttons = actions.map(([words, onclick]) => element('button', { type: 'button', onclick }, words));
    return element('div', { class: 'problem', role: 'alert' }, element('span', {}, problem), ...buttons);
  }
}

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {});
}

function fileSize(bytes, language) {
  const [value, unit] = bytes < 1_000_000 ? [Math.max(bytes / 1000, 0.1), 'kilobyte'] : [bytes / 1_000_000, 'megabyte'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}
