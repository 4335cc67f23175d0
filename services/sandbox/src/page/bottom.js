import { byId } from './dom.js';

/** This near the end, in CSS pixels, counts as being there. */
const NEAR = 60;

/**
 * Keeps the newest message in view while the reader is at the end, and leaves him alone while he reads above. The
 * welcome is read from its top.
 */
export function followBottom() {
  const scroller = byId('scroller');
  const button = byId('to-bottom');
  const unread = byId('unread');
  let following = true;
  /** The user has sent something and not scrolled since: whatever moves the view up then, it wasn't he. */
  let pinned = false;
  let missed = 0;
  let top = 0;

  const draw = () => {
    button.hidden = following;
    unread.hidden = missed === 0;
    unread.textContent = String(missed);
  };

  const jump = (behavior) => {
    scroller.scrollTo({ top: scroller.scrollHeight, behavior });
  };

  scroller.addEventListener('scroll', () => {
    const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    // Growing content moves the end away; only the reader moves up.
    if (near) following = true;
    else if (pinned) jump('instant');
    else if (scroller.scrollTop < top) following = false;
    top = scroller.scrollTop;
    if (following) missed = 0;
    draw();
  });
  const release = () => {
    pinned = false;
  };
  for (const move of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
    scroller.addEventListener(move, release, { passive: true });
  }
  // Keys scroll it too when nothing has the focus.
  document.body.addEventListener('keydown', ({ target }) => target === document.body && release());
  const observer = new ResizeObserver(() => following && byId('welcome').hidden && jump('instant'));
  observer.observe(scroller);
  observer.observe(scroller.firstElementChild);

  button.addEventListener('click', () => jump('smooth'));

  return {
    /** The user sent something: he wants to see it. */
    follow() {
      following = true;
      pinned = true;
      missed = 0;
      jump('instant');
      draw();
    },
    /** The bot wrote something. */
    noteNew() {
      if (!following) missed++;
      draw();
    },
  };
}
