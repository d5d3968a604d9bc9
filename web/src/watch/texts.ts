import type Hls from 'hls.js';
import { Events, type MediaPlaylist } from 'hls.js';

/** Captions of a video in one language. */
export interface Text {
  /** As the playlist names them: no two of a video have the same. */
  readonly name: string;
  /** A BCP 47 tag; empty where it is unknown. */
  readonly language: string;
}

export interface TextEvents {
  onTexts(texts: readonly Text[]): void;
  /** @param text the one that is shown; -1: none. */
  onText(text: number): void;
  /** It was to be shown, and cannot be loaded. */
  onTextFailed(text: number): void;
}

export interface Texts {
  /** @param text -1: none. */
  show(text: number): void;
  /** What is shown cannot be loaded. */
  fail(): void;
}

/** Which of the tracks is shown, whoever has made them: a menu of the browser's own may choose, too. */
class Shown implements Texts {
  private tracks: readonly TextTrack[] = [];

  constructor(video: HTMLVideoElement, private readonly events: TextEvents, signal: AbortSignal) {
    video.textTracks.addEventListener('change', () => events.onText(this.current), { signal });
  }

  get current(): number {
    return this.tracks.findIndex((track) => track.mode === 'showing');
  }

  set(tracks: readonly TextTrack[]): void {
    this.tracks = tracks;
    this.events.onTexts(tracks.map((track) => ({ name: track.label, language: track.language })));
  }

  show(text: number): void {
    this.tracks.forEach((track, i) => (track.mode = i === text ? 'showing' : 'disabled'));
  }

  fail(): void {
    this.events.onTextFailed(this.current);
    this.show(-1);
  }
}

/** The browser plays HLS: it has made the tracks, and makes more of them as it reads on. */
export function nativeTexts(video: HTMLVideoElement, events: TextEvents, signal: AbortSignal): Texts {
  const shown = new Shown(video, events, signal);
  const find = () => {
    shown.set([...video.textTracks].filter((track) => track.kind === 'subtitles' || track.kind === 'captions'));
    events.onText(shown.current); // it may be set to show captions
  };
  for (const event of ['addtrack', 'removetrack']) {
    video.textTracks.addEventListener(event, find, { signal });
  }

  return shown;
}

// Safari forgets the cues of a track without a source when that is hidden.
const emptySource = URL.createObjectURL(new Blob(['WEBVTT\n'], { type: 'text/vtt' }));

/**
 * hls.js reads the captions, and the tracks are ours: those that it makes have a "data:" source, which the Content-Security-Policy
 * forbids, and it drops what it reads for a track that was switched off meanwhile. It is to be told not to make them.
 */
export function hlsTexts(hls: Hls, video: HTMLVideoElement, events: TextEvents, signal: AbortSignal): Texts {
  let elements: readonly HTMLTrackElement[] = [];
  const known = new WeakMap<TextTrack, Set<string>>();
  const load = (text: number) => {
    if (hls.subtitleTrack !== text) {
      hls.subtitleTrack = text;
    }
  };
  const shown = new Shown(video, {
    ...events,
    onText: (text) => {
      load(text);
      events.onText(text);
    },
  }, signal);
  const remove = () => elements.forEach((element) => element.remove());

  hls.on(Events.SUBTITLE_TRACKS_UPDATED, (_, { subtitleTracks }) => {
    remove();
    elements = subtitleTracks.map((playlist) => makeTrack(playlist, video));
    shown.set(elements.map((element) => element.track));
  });
  hls.on(Events.CUES_PARSED, (_, { subtitleTrack, cues }) => {
    const track = elements[subtitleTrack?.id ?? -1]?.track;
    if (track !== undefined) {
      addCues(track, cues as readonly VTTCue[], known);
    }
  });
  signal.addEventListener('abort', remove);
  return {
    show: (text) => shown.show(text),
    fail: () => {
      shown.fail();
      load(-1); // now: it would be asked for again before the tracks tell of their change
    },
  };
}

function makeTrack(playlist: MediaPlaylist, video: HTMLVideoElement): HTMLTrackElement {
  const element = document.createElement('track');
  element.kind = 'subtitles';
  element.label = playlist.name;
  element.srclang = playlist.lang ?? '';
  element.src = emptySource;
  video.append(element);
  // Once its mode was changed, Chromium no longer shows it of itself because another one in the language is shown.
  element.track.mode = 'hidden';
  element.track.mode = 'disabled';
  return element;
}

/** A text may be read again, after a fault or another seek: each cue is added once. */
function addCues(track: TextTrack, cues: readonly VTTCue[], known: WeakMap<TextTrack, Set<string>>): void {
  const seen = known.get(track) ?? new Set();
  known.set(track, seen);
  for (const cue of cues) {
    const key = `${cue.startTime} ${cue.endTime} ${cue.text}`;
    if (!seen.has(key)) {
      seen.add(key);
      track.addCue(cue);
    }
  }
}
