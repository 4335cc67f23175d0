import { byId } from './dom.js';

/**
 * Shows photos of the chat large. Esc and a click beside the photo close it, the arrow keys go on.
 *
 * @param {() => import('./bubble.js').Bubble[]} photos all messages with a photo, in order
 */
export function createLightbox(photos) {
  const dialog = byId('lightbox');
  let shown;

  const show = (bubble) => {
    shown = bubble;
    const { photo_url: url, caption = '' } = bubble.view;
    byId('lightbox-image').src = url;
    byId('lightbox-image').alt = caption;
    byId('lightbox-caption').textContent = caption;
    const all = photos();
    byId('lightbox-previous').disabled = all.at(0) === bubble;
    byId('lightbox-next').disabled = all.at(-1) === bubble;
  };

  const step = (by) => {
    const all = photos();
    const next = all[all.indexOf(shown) + by];
    if (next) show(next);
  };

  byId('lightbox-close').addEventListener('click', () => dialog.close());
  byId('lightbox-previous').addEventListener('click', () => step(-1));
  byId('lightbox-next').addEventListener('click', () => step(1));
  dialog.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowLeft') step(-1);
    if (key === 'ArrowRight') step(1);
  });
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog || target.tagName === 'FIGURE') dialog.close();
  });

  return {
    /** @param {import('./bubble.js').Bubble} bubble */
    open(bubble) {
      show(bubble);
      dialog.showModal();
    },
  };
}
