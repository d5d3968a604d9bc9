import { signal } from '@preact/signals';

/** Where we are: the path below /app, "/" for the library. */
export const path = signal(read());

window.addEventListener('popstate', () => {
  path.value = read();
});

document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest?.('a');
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (link instanceof HTMLAnchorElement && isPlain && link.target === '' && link.origin === location.origin && isOurs(link.pathname)) {
    event.preventDefault();
    go(link.pathname);
  }
});

export function go(to: string): void {
  if (to !== location.pathname) {
    history.pushState(null, '', to);
  }

  path.value = read();
  window.scrollTo(0, 0);
  document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
}

function isOurs(pathname: string): boolean {
  return pathname === '/app' || pathname.startsWith('/app/');
}

function read(): string {
  return location.pathname.slice('/app'.length) || '/';
}
