import type { System } from '../api/client';
import { bytes, lasting } from '../format';
import { language, t } from '../i18n';

const width = 24;
const height = 100;

/** A bar for each of the last 24 hours: jobs that were done, and on top those that failed. */
export function Hours({ hours }: { hours: System['hours'] }) {
  const most = Math.max(1, ...hours.map((hour) => hour.succeeded + hour.failed));
  const sum = (of: (hour: System['hours'][number]) => number) => hours.reduce((total, hour) => total + of(hour), 0);
  const tall = (count: number) => (count / most) * (height - 4);
  const at = (start: string) => new Date(start).toLocaleTimeString(language.value, { hour: '2-digit', minute: '2-digit' });
  const done = `${t('jobsDone')}: ${sum((h) => h.succeeded).toLocaleString()}, ${sum((h) => h.failed).toLocaleString()} ${t('jobsFailed')}`;
  return (
    <section class="panel" aria-labelledby="hours-title">
      <h2 id="hours-title">{t('throughput')}</h2>
      <p class="line quiet">
        <span>{done}</span>
        <span>{t('encodedLength')}: {lasting(sum((h) => h.encodedMs))}</span>
        <span>{t('uploadedBytes')}: {sum((h) => h.uploads).toLocaleString()} · {bytes(sum((h) => h.uploadedBytes))}</span>
      </p>
      <figure class="chart">
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={done}>
          {hours.map((hour, i) => (
            <g key={hour.start}>
              <title>{`${at(hour.start)}: ${hour.succeeded} / ${hour.failed}`}</title>
              <rect class="floor" x={i + 0.12} y={height - 1} width="0.76" height="1" />
              <rect class="good" x={i + 0.12} y={height - tall(hour.succeeded)} width="0.76" height={tall(hour.succeeded)} />
              <rect class="bad" x={i + 0.12} y={height - tall(hour.succeeded + hour.failed)} width="0.76" height={tall(hour.failed)} />
            </g>
          ))}
        </svg>
        <figcaption class="hours" aria-hidden="true"><span>{at(hours[0]!.start)}</span><span>{at(hours[12]!.start)}</span><span>{t('now')}</span></figcaption>
      </figure>
    </section>
  );
}
