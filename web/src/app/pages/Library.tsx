import { useEffect, useState } from 'preact/hooks';
import { api, must, type Video } from '../api/client';
import { t, type Words } from '../i18n';
import { opened, ordered, put, videos } from '../library';
import { UploadButton } from '../parts/Shell';
import { attempt } from '../parts/Toasts';
import { VideoCard } from '../parts/VideoCard';

const statuses = ['READY', 'ANALYZED', 'UPLOADED', 'FAILED'] as const;
const pageSize = 24;
const typingPause = 250;

export function Library() {
  const [q, setQ] = useState('');
  const [status, setStatus] = useState<Video['status'] | ''>('');
  const [found, setFound] = useState<{ ids: string[]; next: string | null } | null>(null);
  const isFiltered = q !== '' || status !== '';

  async function load(cursor?: string) {
    await attempt(async () => {
      const page = await must(api.GET('/v1/videos', {
        params: { query: { limit: pageSize, ...(cursor ? { cursor } : {}), ...(q ? { q } : {}), ...(status ? { status } : {}) } },
      }));
      put(...page.items);
      setFound((before) => ({ ids: [...(cursor ? (before?.ids ?? []) : []), ...page.items.map((video) => video.id)], next: page.nextCursor }));
    });
  }

  useEffect(() => {
    const typing = setTimeout(() => void load(), q === '' ? 0 : typingPause);
    return () => clearTimeout(typing);
  }, [q, status, opened.value]);

  // A filter shows what the server found; without one what is new comes by itself.
  const last = found?.ids.at(-1);
  const shown = isFiltered
    ? (found?.ids ?? []).map((id) => videos.value.get(id)).filter((video) => video !== undefined)
    : ordered().filter((video) => found?.next == null || last === undefined || video.id >= last);
  return (
    <div class="page">
      <div class="head">
        <h1>{t('library')}</h1>
        <label class="search"><span class="unseen">{t('searchVideos')}</span>
          <input type="search" placeholder={t('searchVideos')} value={q} onInput={(e) => setQ(e.currentTarget.value)} maxLength={100} />
        </label>
        <div class="chips" role="group" aria-label={t('library')}>
          {(['', ...statuses] as const).map((one) => (
            <button key={one} type="button" aria-pressed={status === one} onClick={() => setStatus(one)}>{one === '' ? t('all') : t(one as keyof Words)}</button>
          ))}
        </div>
      </div>
      {shown.length > 0 ? (
        <ul class="grid">{shown.map((video) => <VideoCard key={video.id} video={video} />)}</ul>
      ) : found === null ? (
        <ul class="grid" aria-hidden="true">{[1, 2, 3, 4].map((i) => <li key={i} class="card ghost"><div class="frame" /></li>)}</ul>
      ) : isFiltered ? (
        <p class="empty">{t('nothingFound')}</p>
      ) : (
        <div class="empty"><h2>{t('emptyTitle')}</h2><p>{t('emptyText')}</p><UploadButton /></div>
      )}
      {found?.next != null && <p class="center"><button type="button" class="button" onClick={() => void load(found.next!)}>{t('more')}</button></p>}
    </div>
  );
}
