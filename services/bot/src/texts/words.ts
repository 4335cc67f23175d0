import type { Language } from './language.ts';

/** A word's plural forms, as Intl.PluralRules names them. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

export interface Words {
  /** A number with its word in the right form: `2 photos`. */
  count(n: number, forms: Forms): string;
  /** A rounded duration: up to 90 s in seconds, below two hours in minutes, then in hours. */
  duration(seconds: number): string;
  /** `20 MB` or `300 kB`, rounded down, so that it is never more than is allowed. */
  size(bytes: number): string;
  /** A score with its one decimal: `6.3`. */
  score(score: number): string;
}

export interface TimeForms {
  second: Forms;
  minute: Forms;
  hour: Forms;
}

export function words(language: Language, time: TimeForms): Words {
  const plural = new Intl.PluralRules(language);
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const sizeIn = (unit: 'kilobyte' | 'megabyte') =>
    new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1, roundingMode: 'trunc' });
  const kilobytes = sizeIn('kilobyte');
  const megabytes = sizeIn('megabyte');
  const oneDecimal = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

  function count(n: number, forms: Forms): string {
    return `${whole.format(n)} ${forms[plural.select(n)] ?? forms.other}`;
  }

  return {
    count,
    duration(seconds) {
      const rounded = Math.max(1, Math.ceil(seconds));
      if (rounded <= 20) return count(rounded, time.second);
      if (rounded <= 90) return count(Math.ceil(rounded / 5) * 5, time.second);
      if (rounded < 7200) return count(Math.ceil(rounded / 60), time.minute);
      return count(Math.ceil(rounded / 3600), time.hour);
    },
    size: (bytes) => (bytes < 1_000_000 ? kilobytes.format(bytes / 1_000) : megabytes.format(bytes / 1_000_000)),
    score: (score) => oneDecimal.format(score),
  };
}
