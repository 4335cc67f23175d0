import { getJson } from './chat-client.js';
import { byId, element } from './dom.js';

/**
 * Offers the sample photos the server has.
 *
 * @param {object} parts
 * @param {() => (name: string) => string} parts.say
 * @param {(file: File) => void} parts.onPick
 * @param {(words: string) => void} parts.complain
 */
export function createSamples({ say, onPick, complain }) {
  const node = byId('samples');
  const toggle = byId('show-samples');
  let samples = [];
  let wanted = false;

  const show = (visible) => {
    wanted = visible;
    node.hidden = !visible || samples.length === 0;
    toggle.setAttribute('aria-expanded', String(!node.hidden));
  };

  const draw = () => {
    byId('sample-list').replaceChildren(
      ...samples.map(({ name, url }) => {
        const title = say()(`sample_${name}`);
        const button = element(
          'button',
          { type: 'button', title },
          element('img', { src: url, alt: '' }),
          element('span', {}, title),
        );
        button.addEventListener('click', () => pick(name, url));
        return button;
      }),
    );
    toggle.hidden = samples.length === 0;
  };

  const pick = async (name, url) => {
    show(false);
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(response.statusText);
      onPick(new File([await response.blob()], `${name}.jpg`, { type: 'image/jpeg' }));
    } catch {
      complain(say()('noSample'));
    }
  };

  toggle.addEventListener('click', () => show(node.hidden));

  return {
    show,
    draw,
    async load() {
      samples = await getJson('/api/samples');
      draw();
      show(wanted);
    },
  };
}
