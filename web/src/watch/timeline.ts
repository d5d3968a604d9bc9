import { element } from './elements';
import { clock } from './format';

/** The seek bar: where we are, what is loaded, and what time the pointer is at. */
export function connectTimeline(video: HTMLVideoElement): void {
  const bar = element<HTMLInputElement>('seek');
  const track = element('timeline');
  const tip = element('seek-tip');
  const position = element('position');
  const length = element('length');
  let isDragging = false;

  const paint = () => {
    const duration = Number.isFinite(video.duration) ? video.duration : 0;
    const at = isDragging ? Number(bar.value) : video.currentTime;
    bar.max = String(duration);
    bar.disabled = duration === 0;
    if (!isDragging) {
      bar.value = String(at);
    }

    bar.setAttribute('aria-valuetext', `${clock(at)} of ${clock(duration)}`);
    track.style.setProperty('--played', share(at, duration));
    track.style.setProperty('--loaded', share(loadedEnd(video, at), duration));
    position.textContent = clock(at);
    length.textContent = clock(duration);
  };

  for (const event of ['timeupdate', 'durationchange', 'progress', 'seeking', 'seeked', 'loadedmetadata', 'emptied']) {
    video.addEventListener(event, paint);
  }

  bar.addEventListener('pointerdown', () => (isDragging = true));
  bar.addEventListener('input', () => {
    video.currentTime = Number(bar.value);
    paint();
  });
  for (const event of ['change', 'pointerup', 'pointercancel']) {
    bar.addEventListener(event, () => {
      isDragging = false;
      paint();
    });
  }

  track.addEventListener('pointermove', (event) => {
    const box = track.getBoundingClientRect();
    const part = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    tip.textContent = clock(part * (Number.isFinite(video.duration) ? video.duration : 0));
    track.style.setProperty('--pointer', `${part * 100}%`);
  });
  paint();
}

function share(part: number, whole: number): string {
  return whole > 0 ? `${Math.min((part / whole) * 100, 100)}%` : '0%';
}

function loadedEnd(video: HTMLVideoElement, at: number): number {
  for (let i = 0; i < video.buffered.length; i++) {
    if (video.buffered.start(i) <= at + 0.5 && at <= video.buffered.end(i)) {
      return video.buffered.end(i);
    }
  }

  return at;
}
