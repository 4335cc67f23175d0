const DURATION_MS = 320;

/** Animates `node` from its size before `change` to its size after it, and fades its children in. */
export async function grow(node, change) {
  const before = node.getBoundingClientRect();
  change();
  if (matchMedia('(prefers-reduced-motion: reduce)').matches || document.hidden || before.width === 0) return;
  const after = node.getBoundingClientRect();
  const timing = { duration: DURATION_MS, easing: 'cubic-bezier(.2, .8, .2, 1)' };
  const frames = [before, after].map(({ width, height }) => {
    return { width: `${width}px`, height: `${height}px`, overflow: 'hidden' };
  });
  const resized = Math.abs(before.width - after.width) + Math.abs(before.height - after.height) > 2;
  const playing = [...node.children].map((child) => child.animate([{ opacity: 0 }, { opacity: 1 }], timing));
  if (resized) playing.push(node.animate(frames, timing));
  await Promise.allSettled(playing.map((animation) => animation.finished));
}
