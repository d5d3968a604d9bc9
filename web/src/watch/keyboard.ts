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

  const press = (key: string): boolean => {
    const action = keys[key.length === 1 ? key.toLowerCase() : key] ?? digit(video, key);
    action?.();
    return action !== undefined;
  };

  // Our own page around an embedded player hands on what is pressed outside of it; another site's pages may not steer it.
  window.addEventListener('message', (event: MessageEvent<{ key?: unknown } | null>) => {
    if (event.source === window.parent && event.origin === location.origin && typeof event.data?.key === 'string') {
      press(event.data.key);
    }
  });

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

    if (press(event.key)) {
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
