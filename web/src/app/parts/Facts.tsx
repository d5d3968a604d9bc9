import type { Video } from '../api/client';
import { bytes, clock, when } from '../format';
import { t } from '../i18n';

/** What is known of the file. */
export function Facts({ video }: { video: Video }) {
  const facts: [string, string | null][] = [
    [t('file'), video.originalFilename],
    [t('size'), video.sizeBytes === null ? null : bytes(video.sizeBytes)],
    [t('duration'), video.durationMs === null ? null : clock(video.durationMs)],
    [t('picture'), video.width === null ? null : [`${video.width} × ${video.height}`, video.frameRate === null ? '' : `${video.frameRate} ${t('frames')}`].filter(Boolean).join(', ')],
    [t('codecs'), [video.videoCodec, video.audioCodec].filter(Boolean).join(' + ') || null],
    [t('bitRate'), video.bitRate === null ? null : `${bytes(video.bitRate / 8)}/s`],
    [t('container'), video.container],
    [t('uploadedAt'), when(video.createdAt)],
  ];
  return (
    <section class="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">{t('details')}</h2>
      <dl class="facts">
        {facts.filter(([, value]) => value !== null).map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
        ))}
      </dl>
    </section>
  );
}
