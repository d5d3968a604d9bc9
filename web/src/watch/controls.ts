import { element } from './elements';
import { readSetting, writeSetting } from './kept';

const hideAfterMs = 2500;

/** Buttons over the picture, and when they are seen. */
export class Controls {
  private readonly stage = element('stage');
  private readonly volume = element<HTMLInputElement>('volume');
  private hideTimer = 0;

  constructor(private readonly video: HTMLVideoElement, private readonly mayHide: () => boolean) {
    element('play').addEventListener('click', () => this.togglePlay());
    element('big-play').addEventListener('click', () => this.togglePlay());
    element('mute').addEventListener('click', () => this.toggleMute());
    element('fullscreen').addEventListener('click', () => this.toggleFullscreen());
    this.connectPictureInPicture();
    this.connectVolume();
    this.connectPicture();
    for (const event of ['play', 'playing', 'pause', 'ended', 'waiting', 'seeking', 'seeked', 'canplay', 'emptied']) {
      video.addEventListener(event, () => this.paint(event));
    }

    document.addEventListener('fullscreenchange', () => this.paint('fullscreenchange'));
    this.paint('emptied');
  }

  togglePlay(): void {
    if (this.video.paused) {
      void this.video.play().catch(() => undefined); // refused by the browser, or replaced by a load: the button stays as it is
    } else {
      this.video.pause();
    }
  }

  toggleMute(): void {
    this.video.muted = !this.video.muted;
  }

  toggleFullscreen(): void {
    const phone = this.video as HTMLVideoElement & { webkitEnterFullscreen?: () => void };
    if (document.fullscreenElement !== null) {
      void document.exitFullscreen();
    } else if (document.fullscreenEnabled) {
      void this.stage.requestFullscreen().catch(() => undefined);
    } else {
      phone.webkitEnterFullscreen?.(); // iPhones know full screen only for the video itself
    }
  }

  seekBy(seconds: number): void {
    const end = Number.isFinite(this.video.duration) ? this.video.duration : 0;
    this.video.currentTime = Math.min(Math.max(this.video.currentTime + seconds, 0), end);
    this.wake();
  }

  changeVolume(by: number): void {
    this.video.muted = false;
    this.video.volume = Math.min(Math.max(this.video.volume + by, 0), 1);
    this.wake();
  }

  wake(): void {
    window.clearTimeout(this.hideTimer);
    this.stage.dataset.awake = 'true';
    this.hideTimer = window.setTimeout(() => {
      if (!this.video.paused && this.mayHide()) {
        delete this.stage.dataset.awake;
      }
    }, hideAfterMs);
  }

  private paint(event: string): void {
    const { video, stage } = this;
    stage.dataset.paused = String(video.paused);
    stage.dataset.fullscreen = String(document.fullscreenElement === stage);
    stage.dataset.muted = String(video.muted || video.volume === 0);
    stage.dataset.waiting = String(!video.paused && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !video.ended);
    if (event === 'play' || event === 'emptied') {
      stage.dataset.started = String(event === 'play');
    }

    const isPaused = video.paused;
    element('play').setAttribute('aria-label', isPaused ? 'Play' : 'Pause');
    element('mute').setAttribute('aria-label', video.muted ? 'Unmute' : 'Mute');
    element('fullscreen').setAttribute('aria-label', document.fullscreenElement ? 'Leave full screen' : 'Full screen');
    this.wake();
  }

  private connectVolume(): void {
    const { video, volume } = this;
    const key = 'kinora.volume';
    video.volume = Number(readSetting(key) ?? 1);
    const paint = () => {
      const shown = video.muted ? 0 : video.volume;
      volume.value = String(shown);
      volume.style.setProperty('--played', `${shown * 100}%`);
      writeSetting(key, String(video.volume));
      this.paint('volumechange');
    };
    volume.addEventListener('input', () => {
      video.muted = false;
      video.volume = Number(volume.value);
    });
    video.addEventListener('volumechange', paint);
    paint();
  }

  private connectPicture(): void {
    const isTouch = () => window.matchMedia('(hover: none)').matches;
    this.stage.addEventListener('pointermove', () => this.wake());
    this.stage.addEventListener('focusin', () => this.wake());
    this.video.addEventListener('dblclick', () => this.toggleFullscreen());
    this.video.addEventListener('click', () => {
      // A finger first brings the buttons back; a mouse has them already.
      if (!isTouch() || this.video.paused) {
        this.togglePlay();
      } else {
        this.wake();
      }
    });
  }

  private connectPictureInPicture(): void {
    const button = element<HTMLButtonElement>('pip');
    button.hidden = !document.pictureInPictureEnabled;
    button.addEventListener('click', () => {
      const change = document.pictureInPictureElement ? document.exitPictureInPicture() : this.video.requestPictureInPicture();
      void change.catch(() => undefined);
    });
  }
}
