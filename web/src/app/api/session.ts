import { signal } from '@preact/signals';

/** What a login gave. The refresh token is good once: whoever uses it writes the next one down before anybody else may. */
interface Tokens {
  access: string;
  refresh: string;
  /** Milliseconds since 1970, by this computer's clock. */
  endsAt: number;
}

const key = 'kinora.session';
const early = 30_000;

export const session = signal<Tokens | null>(read());

window.addEventListener('storage', (event) => {
  if (event.key === key) {
    const before = session.value;
    session.value = read();
    if (before !== null && (session.value === null || event.oldValue === null)) {
      // Another tab has signed out, or in as somebody else.
      location.assign('/app');
    }
  }
});

export function keep(answer: { accessToken: string; refreshToken: string; expiresIn: number }): void {
  const tokens = { access: answer.accessToken, refresh: answer.refreshToken, endsAt: Date.now() + answer.expiresIn * 1000 };
  localStorage.setItem(key, JSON.stringify(tokens));
  session.value = tokens;
}

export function forget(): void {
  localStorage.removeItem(key);
  session.value = null;
}

/** Signs out, for the page that is loaded next: this one shows what it shows until then. */
export function leave(): void {
  localStorage.removeItem(key);
}

/** A token that is good for a while; null: nobody is signed in (any more). */
export async function accessToken(): Promise<string | null> {
  const tokens = session.value;
  if (tokens === null || tokens.endsAt - early > Date.now()) {
    return tokens?.access ?? null;
  }

  // One tab at a time: a refresh token that is used twice ends the whole session. Browsers keep locks from pages that came without TLS:
  // there it is one at a time in each tab.
  if ('locks' in navigator) {
    return navigator.locks.request(key, refresh);
  }

  refreshing ??= refresh().finally(() => (refreshing = null));
  return refreshing;
}

let refreshing: Promise<string | null> | null = null;

async function refresh(): Promise<string | null> {
  const newest = read();
  if (newest === null || newest.endsAt - early > Date.now()) {
    session.value = newest;
    return newest?.access ?? null;
  }

  const answer = await fetch('/v1/auth/refresh', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refreshToken: newest.refresh }),
  });
  if (answer.ok) {
    keep(await answer.json());
    return session.value?.access ?? null;
  }

  if (answer.status === 401) {
    forget();
    return null;
  }

  throw new Error('offline');
}

function read(): Tokens | null {
  try {
    const text = localStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as Tokens);
  } catch {
    return null;
  }
}
