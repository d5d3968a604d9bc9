import { problemOfStatus, type Problem } from './problems';

const refusedAfterMs = 2_000;
const failedAfterMs = 20_000;

/**
 * hls.js tries other renditions after a failed segment, and when all have failed it may just stop asking: the picture then waits
 * for ever. So: what is loaded is played, and when nothing comes after it, the last failure is the reason to tell.
 */
export class StallWatch {
  private readonly failures = new Map<string, number>();
  private timer = 0;

  constructor(private readonly video: HTMLVideoElement, private readonly onStall: (problem: Problem) => void) {
    video.addEventListener('waiting', this.check);
    video.addEventListener('seeking', this.check);
  }

  /** @param kind of the track: one may fail while another loads. */
  failed(kind: string, status: number): void {
    this.failures.set(kind, status);
    this.check();
  }

  loaded(kind: string): void {
    this.failures.delete(kind);
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.video.removeEventListener('waiting', this.check);
    this.video.removeEventListener('seeking', this.check);
  }

  private readonly check = (): void => {
    const [status] = this.failures.values();
    window.clearTimeout(this.timer);
    if (status !== undefined) {
      const isRefused = status >= 400 && status < 500;
      this.timer = window.setTimeout(() => this.decide(status), isRefused ? refusedAfterMs : failedAfterMs);
    }
  };

  private decide(status: number): void {
    if (this.failures.size > 0 && !this.video.ended && this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) {
      this.onStall(problemOfStatus(status));
    }
  }
}
