import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** All characters of labels: '7.3', '7,3', '≈4.8', '–'. */
const CHARACTERS = '0123456789.,≈–';
/** Glyphs are rendered at this size, pixels, and scaled down from there. */
const SIZE = 96;

/** The inked rectangle of a character: one byte of coverage (0 to 255) a pixel, rows top to bottom. */
export interface Glyph {
  coverage: Uint8Array;
  width: number;
  height: number;
}

/** The characters of labels, drawn large, once. */
export class Glyphs {
  readonly #glyphs = new Map<string, Glyph>();

  /** Renders the characters in Inter Bold (SIL Open Font License) from the npm package's file. It uses no font of the system. */
  static async render(): Promise<Glyphs> {
    const fontfile = createRequire(import.meta.url).resolve('@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf');
    const glyphs = new Glyphs();
    await withoutSystemFonts(async () => {
      for (const character of CHARACTERS) glyphs.#glyphs.set(character, await render(character, fontfile));
    });
    return glyphs;
  }

  /** All digits stand on the baseline and have this height, pixels. */
  get digitHeight(): number {
    return this.get('0').height;
  }

  get(character: string): Glyph {
    const glyph = this.#glyphs.get(character);
    if (glyph === undefined) throw new Error(`no glyph for ${JSON.stringify(character)}`);
    return glyph;
  }
}

/**
 * fontconfig reads the path of its configuration once, when the first letter is drawn. Afterwards the variable is restored, for
 * programs that this process starts. A thread must share the environment of its process (SHARE_ENV): native code sees no other.
 */
async function withoutSystemFonts(draw: () => Promise<void>): Promise<void> {
  const usual = process.env.FONTCONFIG_FILE;
  process.env.FONTCONFIG_FILE = fileURLToPath(new URL('fonts.conf', import.meta.url));
  try {
    await draw();
  } finally {
    if (usual === undefined) delete process.env.FONTCONFIG_FILE;
    else process.env.FONTCONFIG_FILE = usual;
  }
}

async function render(character: string, fontfile: string): Promise<Glyph> {
  const text = { text: character, font: `Inter Bold ${SIZE}`, fontfile, rgba: true, dpi: 72 };
  const { data, info } = await sharp({ text }).extractChannel('alpha').raw().toBuffer({ resolveWithObject: true });
  return { coverage: data, width: info.width, height: info.height };
}
