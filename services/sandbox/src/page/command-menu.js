import { byId, element } from './dom.js';

/** The bot's commands. Opens by the menu button and while a command is typed. */
export class CommandMenu {
  #commands = [];
  #chosen = -1;
  #shown = [];

  constructor(onPick) {
    this.node = byId('commands');
    this.button = byId('menu');
    this.text = byId('text');
    this.onPick = onPick;
    this.button.addEventListener('click', () => {
      if (this.node.hidden) this.#show(this.#commands);
      else this.close();
      this.text.focus();
    });
    document.addEventListener('pointerdown', ({ target }) => {
      if (!this.node.contains(target) && !this.button.contains(target)) this.close();
    });
  }

  set commands(commands) {
    this.#commands = commands;
    this.button.hidden = commands.length === 0;
  }

  suggest(typed) {
    const name = /^\/(\w*)$/.exec(typed)?.[1];
    if (name === undefined) return this.close();
    this.#show(this.#commands.filter(({ command }) => command.startsWith(name.toLowerCase())));
  }

  /** Returns true if the menu used the key. */
  handleKey(event) {
    if (this.node.hidden) return false;
    if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const from = this.#chosen < 0 && step < 0 ? 0 : this.#chosen;
      this.#choose((from + step + this.#shown.length) % this.#shown.length);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && this.#chosen >= 0) {
      this.#pick(this.#shown[this.#chosen]);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  close() {
    this.node.hidden = true;
    this.#chosen = -1;
    this.button.setAttribute('aria-expanded', 'false');
    this.text.removeAttribute('aria-activedescendant');
  }

  #show(commands) {
    if (commands.length === 0) return this.close();
    this.#shown = commands;
    this.node.replaceChildren(...commands.map((command, index) => this.#option(command, index)));
    this.node.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    this.#choose(this.text.value.startsWith('/') ? 0 : -1);
  }

  #option({ command, description }, index) {
    const properties = { id: `command-${index}`, role: 'option', 'aria-selected': 'false' };
    const words = [element('b', {}, `/${command}`), element('span', {}, description)];
    return element('div', { ...properties, onclick: () => this.#pick({ command }) }, ...words);
  }

  #choose(index) {
    this.#chosen = index;
    for (const [i, option] of [...this.node.children].entries()) option.ariaSelected = String(i === index);
    const chosen = this.node.children[index];
    if (chosen) this.text.setAttribute('aria-activedescendant', chosen.id);
    chosen?.scrollIntoView({ block: 'nearest' });
  }

  #pick({ command }) {
    this.close();
    this.onPick(`/${command}`);
  }
}
