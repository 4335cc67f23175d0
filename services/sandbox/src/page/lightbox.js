import { byId } from './dom.js';

/** Shows the photos of the chat in full size. Esc or a click beside the photo closes it, arrow keys show the next one. */
export class Lightbox {
  #dialog = byId('lightbox');
  #shown;

  /** `photos` returns the bubbles of all messages with a photo, in order. */
  constructor(photos) {
    this.photos = photos;
    byId('lightbox-close').addEventListener('click', () => this.#dialog.close());
    byId('lightbox-previous').addEventListener('click', () => this.#step(-1));
    byId('lightbox-next').addEventListener('click', () => this.#step(1));
    this.#dialog.addEventListener('keydown', ({ key }) => {
      if (key === 'ArrowLeft') this.#step(-1);
      if (key === 'ArrowRight') this.#step(1);
    });
    this.#dialog.addEventListener('click', ({ target }) => {
      if (target === this.#dialog || target.tagName === 'FIGURE') this.#dialog.close();
    });
  }

  open(bubble) {
    this.#show(bubble);
    this.#dialog.showModal();
  }

  #show(bubble) {
    this.#shown = bubble;
    const { photo_url: src, caption = '' } = bubble.view;
    Object.assign(byId('lightbox-image'), { src, alt: caption });
    byId('lightbox-caption').textContent = caption;
    const all = this.photos();
    byId('lightbox-previous').disabled = all.at(0) === bubble;
    byId('lightbox-next').disabled = all.at(-1) === bubble;
  }

  #step(by) {
    const all = this.photos();
    const next = all[all.indexOf(this.#shown) + by];
    if (next) this.#show(next);
  }
}
