import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { leave as forget, session } from '../api/session';
import { languages, speak, t, language, type Language } from '../i18n';
import { isLive } from '../library';
import { me } from '../me';
import { path } from '../router';
import { choose, theme, type Theme } from '../theme';
import { add } from '../uploads';
import { Icon } from './Icon';
import { Toasts } from './Toasts';
import { UploadTray } from './UploadTray';

/** What is around every page. */
export function Shell({ children }: { children: ComponentChildren }) {
  const isIn = session.value !== null;
  return (
    <>
      <a class="skip" href="#content">{t('skip')}</a>
      <header class="bar">
        <a class="brand" href="/app"><img src={new URL('../../icon.svg', import.meta.url).href} alt="" width="28" height="28" />Kinora</a>
        {isIn && (
          <nav aria-label="Kinora">
            <Link to="/app" isHere={path.value === '/' || path.value.startsWith('/videos')}>{t('library')}</Link>
            <Link to="/app/webhooks" isHere={path.value.startsWith('/webhooks')}>{t('webhooks')}</Link>
            {me.value?.isOperator === true && <Link to="/app/system" isHere={path.value === '/system'}>{t('system')}</Link>}
          </nav>
        )}
        <span class="space" />
        {isIn && <UploadButton />}
        <Menu isIn={isIn} />
      </header>
      <main id="content" tabIndex={-1}>{children}</main>
      {isIn && <UploadTray />}
      {isIn && <DropTarget />}
      <Toasts />
    </>
  );
}

function Link({ to, isHere, children }: { to: string; isHere: boolean; children: ComponentChildren }) {
  return <a href={to} aria-current={isHere ? 'page' : undefined}>{children}</a>;
}

export function UploadButton() {
  const input = useRef<HTMLInputElement>(null);
  function take(files: FileList | null) {
    add(files ?? []);
    input.current!.value = '';
  }

  return (
    <>
      <button type="button" class="button primary" onClick={() => input.current?.click()}><Icon name="upload" />{t('upload')}</button>
      <input ref={input} type="file" accept="video/*,.mkv,.ts,.flv,.mxf,.avi" multiple hidden tabIndex={-1} aria-label={t('upload')} onChange={(e) => take(e.currentTarget.files)} />
    </>
  );
}

function Menu({ isIn }: { isIn: boolean }) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      if (details.current?.open && !details.current.contains(event.target as Node)) {
        details.current.open = false;
      }
    };
    document.addEventListener('click', close);
    return () => document.removeEventListener('click', close);
  }, []);
  function leave() {
    const refreshToken = session.value?.refresh;
    forget();
    void fetch('/v1/auth/logout', { method: 'POST', keepalive: true, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ refreshToken }) });

    // Nothing of one user stays for the next one: titles, pictures, uploads.
    location.assign('/app');
  }

  return (
    <details ref={details} class="settings" onKeyDown={(e) => e.key === 'Escape' && (e.currentTarget.open = false)}>
      <summary class="button" aria-label={t('menu')}>
        {isIn && <span class={isLive.value ? 'dot on' : 'dot'} title={isLive.value ? t('live') : t('notLive')} />}
        <span aria-hidden="true">⋯</span>
      </summary>
      <div class="sheet">
        <label>{t('theme')}
          <select aria-label={t('theme')} value={theme.value} onChange={(e) => choose(e.currentTarget.value as Theme)}>
            <option value="system">{t('themeSystem')}</option>
            <option value="light">{t('themeLight')}</option>
            <option value="dark">{t('themeDark')}</option>
          </select>
        </label>
        <label>{t('languageName')}
          <select aria-label={t('languageName')} value={language.value} onChange={(e) => speak(e.currentTarget.value as Language)}>
            {Object.entries(languages).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        </label>
        <a class="button" href="/docs" target="_blank" rel="noopener"><Icon name="code" />{t('apiDocs')}</a>
        {isIn && <button type="button" class="button" onClick={leave}><Icon name="out" />{t('signOut')}</button>}
      </div>
    </details>
  );
}

/** Files may be dropped on any page. */
function DropTarget() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (hasFiles(event)) {
        depth++;
        setOver(true);
      }
    };
    const leave = (event: DragEvent) => {
      if (hasFiles(event) && --depth <= 0) {
        depth = 0;
        setOver(false);
      }
    };
    const over = (event: DragEvent) => hasFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (hasFiles(event)) {
        event.preventDefault();
        depth = 0;
        setOver(false);
        add(event.dataTransfer!.files);
      }
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop } as const;
    for (const [name, listener] of Object.entries(listeners)) {
      document.addEventListener(name, listener as EventListener);
    }

    return () => {
      for (const [name, listener] of Object.entries(listeners)) {
        document.removeEventListener(name, listener as EventListener);
      }
    };
  }, []);
  return isOver ? <div class="dropping"><p><Icon name="upload" />{t('dropHere')}</p></div> : null;
}
