import { useEffect, useState } from 'preact/hooks';
import { api, must, Refusal, type Explanation, type Job, type Playback } from '../api/client';
import { when } from '../format';
import { t, type Words } from '../i18n';
import { changes, deleted, load as loadVideo, opened, progress, put, remove, videos } from '../library';
import { CopyField } from '../parts/CopyField';
import { Dialog } from '../parts/Dialog';
import { Facts } from '../parts/Facts';
import { Icon } from '../parts/Icon';
import { Player } from '../parts/Player';
import { Progress, Status } from '../parts/Status';
import { Thumbnail } from '../parts/Thumbnail';
import { attempt } from '../parts/Toasts';
import { go } from '../router';

const retryWait = 3000;

export function VideoPage({ id }: { id: string }) {
  const params = { params: { path: { videoId: id } } };
  const video = videos.value.get(id);
  const [isMissing, setMissing] = useState(false);
  const [failures, setFailures] = useState(0);
  const [jobs, setJobs] = useState<Job[]>([]);
  const [explanation, setExplanation] = useState<Explanation | null>(null);
  const [playback, setPlayback] = useState<Playback | null>(null);
  const version = changes.value.get(id) ?? 0;

  async function load() {
    try {
      await loadVideo(id);
      const [list, why, links] = await Promise.all([
        must(api.GET('/v1/videos/{videoId}/jobs', params)),
        must(api.GET('/v1/videos/{videoId}/explain', params)),
        api.GET('/v1/videos/{videoId}/playback', params),
      ]);
      setJobs(list.items);
      setExplanation(why);

      // A new signature would begin the film anew; the player goes on with its own while the film grows to its end.
      const found = links.data;
      setPlayback((before) => (found === undefined || before === null ? (found ?? null) : { ...found, masterUrl: before.masterUrl, embedUrl: before.embedUrl, expiresAt: before.expiresAt }));
    } catch (error) {
      if (error instanceof Refusal && error.isFinal) {
        setMissing(true);
      } else {
        setFailures((before) => before + 1);
      }
    }
  }

  useEffect(() => void load(), [id, version, opened.value]);

  // What did not come is asked for again.
  useEffect(() => {
    const timer = failures > 0 ? setTimeout(() => void load(), retryWait) : undefined;
    return () => clearTimeout(timer);
  }, [failures]);

  if (isMissing || (video === undefined && deleted.value.has(id))) {
    return <div class="page"><p class="empty">{t('notFound')}</p><p class="center"><a class="button" href="/app">{t('back')}</a></p></div>;
  }

  // All at once: what came later would push away what is there.
  if (video === undefined || explanation === null) {
    return <div class="page" aria-busy="true" />;
  }

  const embed = playback?.embedUrl ?? null;
  return (
    <div class="page video">
      <p><a class="back" href="/app"><Icon name="back" />{t('back')}</a></p>
      <div class="stage-frame">
        {embed !== null ? (
          <Player key={embed} src={new URL(embed).pathname} title={video.title} />
        ) : (
          <div class="still"><Thumbnail video={video} /><p>{video.status === 'FAILED' ? video.error?.message : t('notPlayable')}</p></div>
        )}
      </div>
      <Head id={id} title={video.title} onRemoved={() => go('/app')} />
      <p class="line"><Status of={video.status} />{playback !== null && !playback.complete && <span class="quiet">{t('playsAlready')}</span>}</p>
      <div class="columns">
        <section class="panel" aria-labelledby="jobs-title">
          <h2 id="jobs-title">{t('jobs')}</h2>
          <p class="quiet">{explanation.message}</p>
          <ul class="jobs">{jobs.map((job) => <JobRow key={job.id} job={job} onDone={() => void load()} />)}</ul>
          {video.status !== 'FAILED' && video.status !== 'UPLOADED' && !jobs.some((job) => job.type === 'HLS') && (
            <button type="button" class="button" onClick={() => void attempt(() => must(api.POST('/v1/videos/{videoId}/transcodes', params)))}>{t('encode')}</button>
          )}
        </section>
        {playback !== null && embed !== null && (
          <section class="panel" aria-labelledby="share-title">
            <h2 id="share-title">{t('share')}</h2>
            <CopyField label={t('link')} text={embed} />
            <CopyField label={t('embedCode')} text={codeOf(embed, video.title)} />
            <CopyField label="HLS" text={playback.masterUrl} />
            <p class="quiet">{t('linkUntil')} {when(playback.expiresAt)}</p>
          </section>
        )}
        <Facts video={video} />
      </div>
    </div>
  );
}

function Head({ id, title, onRemoved }: { id: string; title: string; onRemoved: () => void }) {
  const params = { params: { path: { videoId: id } } };
  const [isEdited, setEdited] = useState(false);
  const [isAsked, setAsked] = useState(false);
  async function rename(event: Event) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get('title')).trim();
    if (await attempt(async () => put(await must(api.PATCH('/v1/videos/{videoId}', { ...params, body: { title: name } }))))) {
      setEdited(false);
    }
  }

  async function removeIt() {
    setAsked(false);
    if (await attempt(() => must(api.DELETE('/v1/videos/{videoId}', params)))) {
      remove(id);
      onRemoved();
    }
  }

  if (isEdited) {
    return (
      <form class="title" onSubmit={(e) => void rename(e)}>
        <input name="title" defaultValue={title} required maxLength={200} aria-label={t('rename')} autofocus />
        <button class="button primary">{t('save')}</button>
        <button type="button" class="button" onClick={() => setEdited(false)}>{t('cancel')}</button>
      </form>
    );
  }

  return (
    <div class="title">
      <h1>{title}</h1>
      <button type="button" class="button" onClick={() => setEdited(true)}><Icon name="pen" />{t('rename')}</button>
      <button type="button" class="button danger" onClick={() => setAsked(true)}><Icon name="trash" />{t('remove')}</button>
      {isAsked && (
        <Dialog title={t('removeTitle')} onClose={() => setAsked(false)}>
          <p>{t('removeText')}</p>
          <p class="buttons">
            <button type="button" class="button" onClick={() => setAsked(false)}>{t('keep')}</button>
            <button type="button" class="button danger solid" onClick={() => void removeIt()}>{t('remove')}</button>
          </p>
        </Dialog>
      )}
    </div>
  );
}

function JobRow({ job, onDone }: { job: Job; onDone: () => void }) {
  const params = { params: { path: { jobId: job.id } } };
  const name = t(job.type as keyof Words);
  const isRunning = job.status === 'RUNNING';
  const share = (isRunning ? progress.value.get(job.videoId)?.[job.type] : undefined) ?? job.progress;
  const act = (work: () => Promise<unknown>) => void attempt(work).then(onDone);
  return (
    <li>
      <p class="line">
        <strong>{name}</strong>
        <Status of={job.status} word={isRunning ? `${t('RUNNING')} ${share} %` : undefined} />
        {job.attempts > 1 && <span class="quiet">{job.attempts} {t('attempts')}</span>}
        <span class="space" />
        {(isRunning || job.status === 'QUEUED') && (
          <button type="button" class="button small" aria-label={`${t('cancel')}: ${name}`} onClick={() => act(() => must(api.POST('/v1/jobs/{jobId}/cancel', params)))}>{t('cancel')}</button>
        )}
        {(job.status === 'FAILED' || job.status === 'CANCELED') && job.type !== 'FETCH' && (
          <button type="button" class="button small" aria-label={`${t('retry')}: ${name}`} onClick={() => act(() => must(api.POST('/v1/jobs/{jobId}/retry', params)))}>{t('retry')}</button>
        )}
      </p>
      {isRunning && <Progress value={share} label={name} />}
      {job.error !== null && job.error !== undefined && <p class="problem-line">{job.error.code}: {job.error.message}</p>}
    </li>
  );
}

function codeOf(url: string, title: string): string {
  const escaped = title.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<iframe src="${url}" title="${escaped}" width="640" height="360" style="border:0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`;
}
