import { signal } from '@preact/signals';
import { api, must, type Me } from './api/client';

/** Who is signed in; null until that is known. */
export const me = signal<Me | null>(null);

export async function learnMe(): Promise<void> {
  try {
    me.value = await must(api.GET('/v1/me'));
  } catch {
    // What depends on it is not shown until the next time.
  }
}
