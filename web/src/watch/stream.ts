import Hls, { Events, ErrorTypes, type ErrorData, type Level } from 'hls.js';
import workerPath from 'hls.js/dist/hls.worker.js?url';
import { problemOfStatus, problems, type Problem } from './problems';
import { StallWatch } from './stall';
import { hlsTexts, nativeTexts, type TextEvents } from './texts';

export interface Quality {
  /** hls.js's number of the level. */
  readonly level: number;
  readonly label: string;
}

export interface StreamEvents extends TextEvents {
  onQualities(qualities: readonly Quality[]): void;
  /** The largest picture that there is, whatever is on the screen; not told where nobody knows. */
  onSize(width: number, height: number): void;
  /** @param level the one on the screen. */
  onQuality(level: number): void;
  onGrowing(isGrowing: boolean): void;
  onProblem(problem: Problem): void;
}

export interface Stream {
  /** @param level -1: as the connection allows. */
  select(level: number): void;
  /** @param text of those that were announced; -1: none. */
  showText(text: number): void;
  stop(): void;
}

export function openStream(video: HTMLVideoElement, url: string, startAt: number, events: StreamEvents): Stream {
  return Hls.isSupported() ? openWithHls(video, url, startAt, events) : openNatively(video, url, startAt, events);
}

function openWithHls(video: HTMLVideoElement, url: string, startAt: number, events: StreamEvents): Stream {
  let isRecovering = false;
  const stopping = new AbortController();
  const hls = new Hls({
    workerPath, // a file of ours: a worker from a blob would need "blob:" in the Content-Security-Policy
    startPosition: startAt, // a playlist that still grows would else start at its end
    capLevelToPlayerSize: true,
    abrEwmaDefaultEstimate: 4_000_000, // begin sharp: bits per second, corrected by the first segment
    renderTextTracksNatively: false, // texts.ts does
    enableCEA708Captions: false, // of a copied track alone: the renditions beside it have none
    enableIMSC1: false,
  });
  const texts = hlsTexts(hls, video, events, stopping.signal);

  const stop = () => {
    stopping.abort();
    stall.stop();
    hls.destroy();
  };
  const fail = (problem: Problem) => {
    stop();
    events.onProblem(problem);
  };
  const stall = new StallWatch(video, fail);

  hls.on(Events.MANIFEST_PARSED, (_, data) => {
    const largest = data.levels.reduce((most, level) => (level.width * level.height > most.width * most.height ? level : most));
    events.onSize(largest.width, largest.height);
    events.onQualities(qualitiesOf(data.levels));
  });
  hls.on(Events.LEVEL_SWITCHED, (_, data) => events.onQuality(data.level));
  hls.on(Events.LEVEL_LOADED, (_, data) => {
    stall.loaded('playlist');
    events.onGrowing(data.details.live);
  });
  hls.on(Events.FRAG_BUFFERED, (_, data) => {
    isRecovering = false;
    stall.loaded(data.frag.type);
  });
  hls.on(Events.ERROR, (_, data) => {
    if (isOfText(data)) {
      // The picture goes on without captions that do not come, though hls.js would stop.
      if (data.fatal) {
        texts.fail();
        hls.startLoad();
      }

      return;
    }

    if (!data.fatal) {
      if (data.type === ErrorTypes.NETWORK_ERROR) {
        stall.failed(data.frag?.type ?? 'playlist', data.response?.code ?? 0);
      }

      return;
    }

    if (data.type === ErrorTypes.MEDIA_ERROR && !isRecovering) {
      isRecovering = true;
      hls.recoverMediaError();
      return;
    }

    fail(problemOf(data));
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return {
    select: (level) => (hls.nextLevel = level),
    showText: (text) => texts.show(text),
    stop,
  };
}

/** Safari on phones without Media Source Extensions: it plays HLS itself, and chooses the quality itself. */
function openNatively(video: HTMLVideoElement, url: string, startAt: number, events: StreamEvents): Stream {
  const stopping = new AbortController();
  const { signal } = stopping;
  const texts = nativeTexts(video, events, signal);
  const seek = () => (video.currentTime = startAt);
  const explain = async () => {
    // The element says only that it failed: ask again for the status.
    const [status, body] = await fetch(url, { signal }).then(async (answer) => [answer.status, await answer.text()] as const).catch(() => [0, ''] as const);
    if (!signal.aborted) {
      events.onProblem(status === 200 ? problems.media : problemOfStatus(status, body));
    }
  };

  video.addEventListener('loadedmetadata', seek, { once: true, signal });
  video.addEventListener('error', () => void explain(), { once: true, signal });
  video.src = url;
  return {
    select: () => undefined,
    showText: (text) => texts.show(text),
    stop: () => {
      stopping.abort();
      video.removeAttribute('src');
      video.load();
    },
  };
}

function qualitiesOf(levels: readonly Level[]): Quality[] {
  return levels
    .map((level, index) => ({ level: index, height: Math.min(level.width, level.height), frameRate: level.frameRate, bitrate: level.bitrate }))
    .sort((a, b) => b.height - a.height || b.bitrate - a.bitrate)
    .map(({ level, height, frameRate, bitrate }) => ({
      level,
      label: height > 0 ? `${height}p${frameRate > 31 ? Math.round(frameRate) : ''}` : `${Math.round(bitrate / 1000)} kbit/s`,
    }));
}

function isOfText(data: ErrorData): boolean {
  const textFragment: string = 'subtitle';
  const textPlaylist: string = 'subtitleTrack';
  return data.frag?.type === textFragment || data.context?.type === textPlaylist;
}

/** Of a playlist: fragments are no text. */
function bodyOf(data: ErrorData): string {
  const request: unknown = data.networkDetails;
  return request instanceof XMLHttpRequest && ['', 'text'].includes(request.responseType) ? request.responseText : '';
}

function problemOf(data: ErrorData): Problem {
  if (data.type === ErrorTypes.NETWORK_ERROR) {
    // Parsing errors and the like are "network errors" with a good answer.
    const status = data.response?.code ?? 0;
    return status >= 200 && status < 300 ? problems.media : problemOfStatus(status, bodyOf(data));
  }

  return problems.media;
}
