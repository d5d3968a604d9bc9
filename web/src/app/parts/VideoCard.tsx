import type { Video } from '../api/client';
import { ago, clock } from '../format';
import { t } from '../i18n';
import { progress } from '../library';
import { Progress, Status } from './Status';
import { Thumbnail } from './Thumbnail';

export function VideoCard({ video }: { video: Video }) {
  const running = progress.value.get(video.id) ?? {};
  const encoding = running['HLS'];
  return (
    <li class="card">
      <a href={`/app/videos/${video.id}`}>
        <div class="frame">
          <Thumbnail video={video} />
          {video.durationMs !== null && <span class="length">{clock(video.durationMs)}</span>}
        </div>
        <h3>{video.title}</h3>
        <p class="line">
          {encoding === undefined ? <Status of={video.status} /> : <Status of="RUNNING" word={`${t('encoding')} ${encoding} %`} />}
          <span class="quiet">{ago(video.createdAt)}</span>
        </p>
        {encoding !== undefined && <Progress value={encoding} label={`${t('encoding')}: ${video.title}`} />}
      </a>
    </li>
  );
}
