import { byId, element, icon } from './dom.js';
import { MAX_FILE } from './outbox.js';

/** What Telegram's apps send as a photo; anything else goes as a file. */
const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'];

/** The files picked, dropped or pasted and not yet sent, and the ways they come in. */
export class Attachments {
  /** What the tray shows of each file, in order. */
  #items = new Map();

  /**
   * @param {object} parts
   * @param {() => (name: string) => string} parts.say
   * @param {(words: string) => void} parts.complain
   * @param {() => void} parts.onChange
   */
  constructor({ say, complain, onChange }) {
    this.say = say;
    this.complain = complain;
    this.onChange = onChange;
    this.#takePicked();
    this.#takePasted();
    this.#takeDropped();
  }

  /** @returns {File[]} */
  get files() {
    return [...this.#items.keys()];
  }

  /** @param {Iterable<File>} files */
  add(files) {
    const list = [...files];
    const fitting = list.filter((file) => file.size <= MAX_FILE);
    if (fitting.length < list.length) this.complain(this.say()('tooLarge'));
    for (const file of fitting) this.#items.set(file, this.#item(file));
    this.#draw();
  }

  /** Hands over the files and whether each is to be a photo, and is empty. */
  take() {
    const asFiles = byId('as-files').checked;
    const taken = this.files.map((file) => ({ file, asPhoto: !asFiles && PHOTO_TYPES.includes(file.type) }));
    for (const { file } of taken) this.#remove(file);
    byId('as-files').checked = false;
    this.#draw();
    return taken;
  }

  #takePicked() {
    byId('attach').addEventListener('click', () => byId('file').click());
    byId('file').addEventListener('change', () => {
      this.add(byId('file').files);
      byId('file').value = '';
      byId('text').focus();
    });
  }

  #takePasted() {
    document.addEventListener('paste', (event) => {
      if (event.clipboardData.files.length === 0) return;
      event.preventDefault();
      this.add(event.clipboardData.files);
    });
  }

  #takeDropped() {
    const drop = byId('drop');
    let depth = 0;
    const show = (change) => {
      depth = Math.max(depth + change, 0);
      drop.hidden = depth === 0;
    };
    const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
    document.addEventListener('dragenter', (event) => carriesFiles(event) && show(1));
    document.addEventListener('dragleave', (event) => carriesFiles(event) && show(-1));
    document.addEventListener('dragover', (event) => carriesFiles(event) && event.preventDefault());
    document.addEventListener('drop', (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      show(-depth);
      this.add(event.dataTransfer.files);
      byId('text').focus();
    });
  }

  #draw() {
    byId('tray-list').append(...this.#items.values());
    byId('tray').hidden = this.#items.size === 0;
    this.onChange();
  }

  #remove(file) {
    const item = this.#items.get(file);
    const picture = item.querySelector('img');
    if (picture) URL.revokeObjectURL(picture.src);
    item.remove();
    this.#items.delete(file);
  }

  #item(file) {
    const remove = element(
      'button',
      { type: 'button', 'aria-label': `${this.say()('remove')}: ${file.name}` },
      icon('close'),
    );
    remove.addEventListener('click', () => {
      this.#remove(file);
      this.#draw();
      byId('text').focus();
    });
    const name = element('span', { class: 'file-name', title: file.name }, file.name);
    const shown = PHOTO_TYPES.includes(file.type)
      ? element('img', { src: URL.createObjectURL(file), alt: file.name })
      : element('span', { class: 'tray-file' }, icon('file'), name);
    return element('li', {}, shown, remove);
  }
}
