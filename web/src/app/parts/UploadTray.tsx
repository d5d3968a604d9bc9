import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { bytes, clock } from '../format';
import { t } from '../i18n';
import { add, cancel, discard, dismiss, dismissOver, findUnfinished, isOver, items, pause, resume, unfinished, type Item } from '../uploads';
import { Icon, type IconName } from './Icon';
import { Progress } from './Status';

const foldedKey = 'kinora.uploads.folded';

/** Kept over a reload, but not for another day's uploads. */
const isFolded = signal(sessionStorage.getItem(foldedKey) === 'true');

function fold(): void {
  isFolded.value = !isFolded.value;
  sessionStorage.setItem(foldedKey, String(isFolded.value));
}

/** What is on its way, in a corner of every page. */
export function UploadTray() {
  useEffect(() => void findUnfinished(), []);
  if (items.value.length === 0 && unfinished.value.length === 0) {
    return null;
  }

  const hasProblem = items.value.some((item) => item.problem !== null);
  return (
    <section class="tray" aria-label={t('uploads')}>
      <header>
        <h2>
          <button type="button" class="fold" aria-expanded={!isFolded.value} aria-controls="uploads" onClick={fold}>
            <Icon name="fold" />{t('uploads')}<span class="quiet">{items.value.length + unfinished.value.length}</span>
          </button>
        </h2>
        {isFolded.value && hasProblem && <span class="problem-line" role="alert">{t('failed')}</span>}
        {items.value.length > 0 && items.value.every(isOver) && (
          <button type="button" class="plain" aria-label={`${t('dismiss')}: ${t('uploads')}`} title={t('dismiss')} onClick={dismissOver}><Icon name="close" /></button>
        )}
      </header>
      <ul id="uploads" hidden={isFolded.value}>
        {items.value.map((item) => <Row key={item.id} item={item} />)}
        {unfinished.value.map((upload) => (
          <li key={upload.urlStorageKey}>
            <p class="name">{upload.metadata['filename']}</p>
            <p class="quiet">{t('unfinishedTitle')} · {bytes(upload.size ?? 0)}. {t('unfinishedHint')}</p>
            <p class="buttons">
              <Choose />
              <button type="button" class="button small" onClick={() => void discard(upload)}>{t('discard')}</button>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Choose() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="button small" onClick={() => input.current?.click()}>{t('chooseAgain')}</button>
      <input ref={input} type="file" hidden tabIndex={-1} aria-hidden="true" onChange={(e) => add(e.currentTarget.files ?? [])} />
    </>
  );
}

function Row({ item }: { item: Item }) {
  const share = item.size === 0 ? 0 : (100 * item.sent) / item.size;
  const isEnded = item.state === 'done' || item.state === 'refused';
  return (
    <li data-state={item.state}>
      <p class="name">{item.name}</p>
      {!isEnded && <Progress value={share} label={`${t('upload')}: ${item.name}`} />}
      <p class="line">
        <span class="quiet" role={item.problem !== null ? 'alert' : undefined}>{describe(item)}</span>
        <span class="buttons">
          {item.state === 'sending' && <Act icon="pause" label={t('pause')} name={item.name} onClick={() => pause(item.id)} />}
          {(item.state === 'paused' || item.state === 'failed') && <Act icon={item.state === 'paused' ? 'play' : 'retry'} label={t('resume')} name={item.name} onClick={() => resume(item.id)} />}
          {isEnded ? (
            <>
              {item.state === 'done' && item.videoId !== null && <a class="button small" href={`/app/videos/${item.videoId}`}>{t('open')}</a>}
              <Act icon="close" label={t('dismiss')} name={item.name} onClick={() => dismiss(item.id)} />
            </>
          ) : (
            <Act icon="close" label={t('cancel')} name={item.name} onClick={() => cancel(item.id)} />
          )}
        </span>
      </p>
    </li>
  );
}

function Act({ icon, label, name, onClick }: { icon: IconName; label: string; name: string; onClick: () => void }) {
  return (
    <button type="button" class="plain" aria-label={`${label}: ${name}`} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function describe(item: Item): string {
  const size = `${bytes(item.sent)} / ${bytes(item.size)}`;
  switch (item.state) {
    case 'waiting':
      return t('waiting');
    case 'sending':
      return item.speed > 0 ? `${size} · ${bytes(item.speed)}/s · ${clock(((item.size - item.sent) * 1000) / item.speed)} ${t('left')}` : size;
    case 'paused':
      return `${t('paused')} · ${size}`;
    case 'done':
      return `${t('done')} · ${bytes(item.size)}`;
    default:
      return item.problem ?? t('failed');
  }
}
