import { byId } from './dom.js';
import { MAX_FILE } from './outbox.js';

/** Types that Telegram's apps send as photos. Others are sent as files. */
const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'];

/**
 * Takes files that are picked, pasted or dropped, and gives them to `onFiles` as a list of {file, asPhoto, mustBePhoto}.
 * The menu says whether picked files are photos. The lower half of the drop area is for files.
 */
export function takeFiles({ say, complain, onFiles }) {
  const take = (files, as) => {
    const list = [...files];
    const fitting = list.filter((file) => file.size > 0 && file.size <= MAX_FILE);
    if (list.some((file) => file.size > MAX_FILE)) complain(say()('tooLarge'));
    else if (fitting.length < list.length) complain(say()('emptyFile'));
    if (fitting.length === 0) return;
    const mustBePhoto = as === 'photo';
    const maybePhoto = (file) => mustBePhoto || (as === undefined && PHOTO_TYPES.includes(file.type));
    onFiles(fitting.map((file) => ({ file, asPhoto: maybePhoto(file), mustBePhoto })));
  };
  takePicked(take);
  takePasted(take);
  takeDropped(take);
}

function takePicked(take) {
  const menu = byId('attach-menu');
  const picker = byId('file');
  let as;
  const pick = (kind) => {
    as = kind;
    picker.accept = kind === 'photo' ? 'image/*' : '';
    menu.hidePopover();
    picker.click();
  };
  byId('attach-photo').addEventListener('click', () => pick('photo'));
  byId('attach-file').addEventListener('click', () => pick('file'));
  picker.addEventListener('change', () => {
    take(picker.files, as);
    as = undefined;
    picker.value = '';
    byId('text').focus();
  });
}

function takePasted(take) {
  document.addEventListener('paste', (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
}

function takeDropped(take) {
  const drop = byId('drop');
  const asFiles = byId('drop-as-files');
  let depth = 0;
  const show = (change) => {
    depth = Math.max(depth + change, 0);
    drop.hidden = depth === 0;
  };
  const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
  document.addEventListener('dragenter', (event) => carriesFiles(event) && show(1));
  document.addEventListener('dragleave', (event) => carriesFiles(event) && show(-1));
  document.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    asFiles.classList.toggle('over', asFiles.contains(event.target));
  });
  document.addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(-depth);
    take(event.dataTransfer.files, asFiles.contains(event.target) ? 'file' : undefined);
    byId('text').focus();
  });
}
