import { signal } from '@preact/signals';
import { api, must, type Me } from './api/client';

/** Who is signed in; null until that is known. */
export const me = signal<Me | null>(null);

const retryWait = 10_000;

/** @returns Forgets. */
export function learnMe(): () => void {
  let timer: number | undefined;
  let isOver = false;
  async function learn(): Promise<void> {
    try {
      const found = await must(api.GET('/v1/me'));
      me.value = isOver ? null : found;
    } catch {
      timer = isOver ? undefined : window.setTimeout(() => void learn(), retryWait);
    }
  }

  void learn();
  return () => {
    isOver = true;
    clearTimeout(timer);
    me.value = null;
  };
}
