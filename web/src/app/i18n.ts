import { signal } from '@preact/signals';
import { en, type Words } from './words/en';
import { ko } from './words/ko';

export type { Words };

export const languages = { en: 'English', ko: '한국어' } as const;
export type Language = keyof typeof languages;

const key = 'kinora.language';
const words: Record<Language, Words> = { en, ko };

export const language = signal<Language>(first());

/** Read while a page is drawn: it is drawn anew when the language changes. */
export function t(name: keyof Words): string {
  return words[language.value][name];
}

export function speak(chosen: Language): void {
  localStorage.setItem(key, chosen);
  language.value = chosen;
  document.documentElement.lang = chosen;
}

function first(): Language {
  const kept = localStorage.getItem(key);
  const found = kept === 'ko' || kept === 'en' ? kept : navigator.language.startsWith('ko') ? 'ko' : 'en';
  document.documentElement.lang = found;
  return found;
}
