import { getJson } from './chat-client.js';
import { byId, element } from './dom.js';

export class Samples {
  #node = byId('samples');
  #toggle = byId('show-samples');
  #samples = [];
  #wanted = false;

  /** `say` returns the current texts, `onPick` gets the photo as a File. */
  constructor({ say, onPick, complain }) {
    this.say = say;
    this.onPick = onPick;
    this.complain = complain;
    this.#toggle.addEventListener('click', () => this.show(this.#node.hidden));
  }

  async load() {
    this.#samples = await getJson('/api/samples');
    this.draw();
    this.show(this.#wanted);
  }

  show(visible) {
    this.#wanted = visible;
    this.#node.hidden = !visible || this.#samples.length === 0;
    this.#toggle.ariaExpanded = String(!this.#node.hidden);
  }

  draw() {
    byId('sample-list').replaceChildren(...this.#samples.map((sample) => this.#button(sample)));
    this.#toggle.hidden = this.#samples.length === 0;
  }

  #button({ name, url }) {
    const title = this.say()(`sample_${name}`);
    const children = [element('img', { src: url, alt: '' }), element('span', {}, title)];
    return element('button', { type: 'button', title, onclick: () => this.#pick(name, url) }, ...children);
  }

  async #pick(name, url) {
    this.show(false);
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(response.statusText);
      this.onPick(new File([await response.blob()], `${name}.jpg`, { type: 'image/jpeg' }));
    } catch {
      this.complain(this.say()('noSample'));
    }
  }
}
