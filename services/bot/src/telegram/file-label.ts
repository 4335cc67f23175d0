import type { NotAPhoto } from '../chat/wants.ts';

const PICTURE_TYPE = /^image\/(x-)?(citrix-)?(p?jpe?g|jfif|pipeg|jpe|a?png|webp)$/;
const PICTURE_ENDING = /\.(jpe?g|jpe|jfif|pjpe?g|png|webp)$/;
/** iPhones send photos with such types. */
const SAYS_NOTHING =
  /^[^/]*$|octet-stream|^text\/plain\b|^image\/(\*|x-)?(unknown)?$|^application\/(x-)?(unknown|download|force-download|binary)$/;

const TYPES: [type: RegExp, what: NotAPhoto][] = [
  [/^image\/(x-)?hei[cf]/, 'heic'],
  [/^image\/(x-)?avif/, 'avif'],
  [/^image\/gif$/, 'gif'],
  [/^image\/(x-)?tiff?/, 'tiff'],
  [/^image\/(x-)?(ms-|windows-)?bmp$/, 'bmp'],
  [/^image\//, 'other_image'],
  [/^video\//, 'video'],
  [/^audio\//, 'voice'],
  [/^application\/(x-)?pdf$/, 'pdf'],
  [/./, 'document'],
];

/** HEIC, AVIF, GIF, TIFF and BMP are not among them: a JPEG may have kept such a name, and the first bytes tell. */
const ENDINGS: [ending: RegExp, what: NotAPhoto][] = [
  [/\.(svg|ico|psd|jxl|jp2|dng|cr[23]|nef|arw|raf|orf|rw2)$/, 'other_image'],
  [/\.(mp4|m4v|mov|mkv|webm|avi|3gp)$/, 'video'],
  [/\.(mp3|m4a|ogg|oga|opus|wav|flac|aac)$/, 'voice'],
  [/\.pdf$/, 'pdf'],
  [/\.(txt|md|csv|json|xml|html?|docx?|xlsx?|pptx?|odt|rtf|zip|rar|7z|gz|tar|exe|apk)$/, 'document'],
];

/**
 * What a file is, if its type or its name clearly says that it is no picture the bot can read. Else undefined: then the first bytes
 * of the file decide.
 */
export function kindByLabel(type = '', name = ''): NotAPhoto | undefined {
  const [mime, lowerName] = [type.trim().toLowerCase(), name.trim().toLowerCase()];
  if (PICTURE_TYPE.test(mime) || PICTURE_ENDING.test(lowerName)) return undefined;
  const [label, known] = SAYS_NOTHING.test(mime) ? [lowerName, ENDINGS] : [mime, TYPES];
  return known.find(([words]) => words.test(label))?.[1];
}
