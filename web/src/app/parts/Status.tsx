import type { Job, Video } from '../api/client';
import { t, type Words } from '../i18n';

const tones: Record<string, string> = {
  READY: 'good',
  SUCCEEDED: 'good',
  FAILED: 'bad',
  CANCELED: 'off',
  DISABLED: 'off',
  ENABLED: 'good',
  QUEUED: 'wait',
};

/** A word and a color that says the same. */
export function Status({ of: status, word }: { of: Video['status'] | Job['status'] | string; word?: string }) {
  return <span class={`status ${tones[status] ?? 'busy'}`}>{word ?? t(status as keyof Words)}</span>;
}

export function Progress({ value, label }: { value: number; label: string }) {
  return (
    <div class="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(value)}>
      <progress max={100} value={value} aria-hidden="true" />
    </div>
  );
}
