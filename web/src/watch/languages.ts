/** What a language calls itself: "en" to "English", "ko" to "한국어"; null where nobody knows. */
export function ownName(tag: string): string | null {
  try {
    const name = new Intl.DisplayNames([tag], { type: 'language', fallback: 'none' }).of(tag);
    return name ? name.charAt(0).toLocaleUpperCase(tag) + name.slice(1) : null;
  } catch {
    return null; // no tag at all
  }
}

/** The place of the language that is closest to one of the wanted, the most wanted first; -1: none is. */
export function closest(languages: readonly string[], wanted: readonly string[]): number {
  for (const language of wanted) {
    for (const form of [whole, script, alone]) {
      const at = languages.findIndex((offered) => offered !== '' && form(offered) === form(language));
      if (at !== -1) {
        return at;
      }
    }
  }

  return -1;
}

const whole = (tag: string): string => tag.toLowerCase();

/** Who reads "zh-TW" is better served with "zh-Hant" than with "zh-Hans". */
const script = (tag: string): string => {
  const locale = parse(tag)?.maximize();
  return locale ? `${locale.language}-${locale.script}` : tag;
};

const alone = (tag: string): string => parse(tag)?.language ?? tag;

function parse(tag: string): Intl.Locale | null {
  try {
    return new Intl.Locale(tag);
  } catch {
    return null;
  }
}
