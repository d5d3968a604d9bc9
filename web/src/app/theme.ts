import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const key = 'kinora.theme';

export const theme = signal<Theme>(read());
wear(theme.value);

export function choose(chosen: Theme): void {
  localStorage.setItem(key, chosen);
  theme.value = chosen;
  wear(chosen);
}

function wear(chosen: Theme): void {
  document.documentElement.dataset['theme'] = chosen;
}

function read(): Theme {
  const kept = localStorage.getItem(key);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}
