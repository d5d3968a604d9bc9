import { element } from './elements';
import { clock } from './format';
import { tileAt, type Tile } from './storyboard';

export interface Timeline {
  /** The pictures that the pointer passes over; none: the time alone. */
  setTiles(tiles: readonly Tile[]): void;
}

/** The seek bar: where we are, what is loaded, and what time and picture the pointer is at. */
export function connectTimeline(video: HTMLVideoElement): Timeline {
  const bar = element<HTMLInputElement>('seek');
  const track = element('timeline');
  const time = element('seek-time');
  const picture = element('seek-picture');
  const position = element('position');
  const length = element('length');
  let isDragging = false;
  let tiles: readonly Tile[] = [];

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
    const at = part * (Number.isFinite(video.duration) ? video.duration : 0);
    time.textContent = clock(at);
    paintPicture(picture, track, tileAt(tiles, at));
    track.style.setProperty('--pointer', `${part * 100}%`);
  });
  paint();
  return { setTiles: (given) => (tiles = given) };
}

function paintPicture(picture: HTMLElement, track: HTMLElement, tile: Tile | undefined): void {
  picture.hidden = tile === undefined;
  track.style.setProperty('--tip-side', `${(tile?.width ?? 0) / 2 + 6}px`);
  if (tile !== undefined) {
    picture.style.width = `${tile.width}px`;
    picture.style.height = `${tile.height}px`;
    picture.style.background = `url("${tile.sprite}") ${-tile.x}px ${-tile.y}px no-repeat`;
  }
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
