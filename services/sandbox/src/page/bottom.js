import { byId } from './dom.js';

/** CSS pixels from the end that still count as the end. */
const NEAR = 60;

/** Scrolls to new messages while the reader is at the end of the chat. The welcome stays at its top. */
export class Bottom {
  #scroller = byId('scroller');
  #following = true;
  /** The user has sent something and not scrolled since. If the view moves up, the user did not do it. */
  #pinned = false;
  #missed = 0;
  #top = 0;

  constructor() {
    this.#scroller.addEventListener('scroll', () => this.#scrolled());
    const release = () => {
      this.#pinned = false;
    };
    for (const move of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
      this.#scroller.addEventListener(move, release, { passive: true });
    }
    // Without a focus, keys scroll too.
    document.body.addEventListener('keydown', ({ target }) => target === document.body && release());
    const observer = new ResizeObserver(() => this.#following && byId('welcome').hidden && this.#jump('instant'));
    observer.observe(this.#scroller);
    observer.observe(this.#scroller.firstElementChild);
    byId('to-bottom').addEventListener('click', () => this.#jump('smooth'));
  }

  /** The user has sent something: scrolls to it. */
  follow() {
    this.#following = true;
    this.#pinned = true;
    this.#missed = 0;
    this.#jump('instant');
    this.#draw();
  }

  noteNew() {
    if (!this.#following) this.#missed++;
    this.#draw();
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    // New content moves the end away, so only a move up is the reader's.
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#following = true;
    else if (this.#pinned) this.#jump('instant');
    else if (scrollTop < this.#top) this.#following = false;
    this.#top = this.#scroller.scrollTop;
    if (this.#following) this.#missed = 0;
    this.#draw();
  }

  #jump(behavior) {
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior });
  }

  #draw() {
    byId('to-bottom').hidden = this.#following;
    byId('unread').hidden = this.#missed === 0;
    byId('unread').textContent = String(this.#missed);
  }
}
