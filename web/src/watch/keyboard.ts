import type { Captions } from './captions';
import type { Controls } from './controls';

/** The keys that people know from other players. */
export function connectKeyboard(video: HTMLVideoElement, controls: Controls, captions: Captions): void {
  const keys: Record<string, () => void> = {
    ' ': () => controls.togglePlay(),
    k: () => controls.togglePlay(),
    ArrowLeft: () => controls.seekBy(-5),
    ArrowRight: () => controls.seekBy(5),
    j: () => controls.seekBy(-10),
    l: () => controls.seekBy(10),
    ArrowUp: () => controls.changeVolume(0.1),
    ArrowDown: () => controls.changeVolume(-0.1),
    m: () => controls.toggleMute(),
    f: () => controls.toggleFullscreen(),
    c: () => captions.toggle(),
    Home: () => (video.currentTime = 0),
    End: () => (video.currentTime = Number.isFinite(video.duration) ? video.duration : 0),
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
      return;
    }

    // A focused button takes the space key itself; a slider the arrows: ours would do it twice.
    const isButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
    const isVolume = event.target instanceof HTMLInputElement && event.target.id === 'volume';
    if ((isButton && event.key === ' ') || (isVolume && event.key.startsWith('Arrow'))) {
      return;
    }

    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? digit(video, event.key);
    if (action !== undefined) {
      action();
      event.preventDefault();
    }
  });
}

/** 0 to 9: to that tenth of the video. */
function digit(video: HTMLVideoElement, key: string): (() => void) | undefined {
  return /^\d$/.test(key) && Number.isFinite(video.duration)
    ? () => (video.currentTime = (video.duration * Number(key)) / 10)
    : undefined;
}
