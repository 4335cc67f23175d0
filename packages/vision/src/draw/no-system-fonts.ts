import { fileURLToPath } from 'node:url';

/**
 * Keeps fontconfig from reading the machine's configuration, and from complaining where there is none. It reads this once, when
 * the first letter is drawn. Import this module in the main thread of every process that draws: what another thread sets in its
 * environment is hidden from native code.
 */
process.env.FONTCONFIG_FILE = fileURLToPath(new URL('fonts.conf', import.meta.url));
