import { signal } from '@preact/signals';
import { api, must, type Video } from './api/client';
import { follow, type Told } from './api/events';

/** The videos that were loaded, by id; pages show them and are changed by events. */
export const videos = signal<ReadonlyMap<string, Video>>(new Map());

/** How far the running jobs of each video have come, by the type of job. */
export const progress = signal<ReadonlyMap<string, Readonly<Record<string, number>>>>(new Map());

/** Events come in. */
export const isLive = signal(false);

/** How often the stream was opened: what was loaded before the first time may be old. */
export const opened = signal(0);

/** The newest event; pages that show more than a video's state load it again. */
export const newest = signal<Told | null>(null);

export function put(...loaded: Video[]): void {
  const next = new Map(videos.value);
  for (const video of loaded) {
    next.set(video.id, video);
  }

  videos.value = next;
}

export function remove(videoId: string): void {
  const next = new Map(videos.value);
  next.delete(videoId);
  videos.value = next;
}

/** Newest first: ids sort by time. */
export function ordered(): Video[] {
  return [...videos.value.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

export async function load(videoId: string): Promise<void> {
  put(await must(api.GET('/v1/videos/{videoId}', { params: { path: { videoId } } })));
}

export function followLibrary(): () => void {
  return follow(
    (told) => {
      newest.value = told;
      void apply(told);
    },
    (isOpen) => {
      isLive.value = isOpen;
      if (isOpen) {
        opened.value++;
      }
    },
  );
}

async function apply(told: Told): Promise<void> {
  if (told.type === 'video.deleted') {
    remove(told.videoId);
    return;
  }

  if (told.type.startsWith('job.')) {
    const type = told.data.type ?? '';
    const before = progress.value.get(told.videoId) ?? {};
    const { [type]: _, ...others } = before;
    const isRunning = told.type === 'job.progress' || told.type === 'job.running';
    progress.value = new Map(progress.value).set(told.videoId, isRunning ? { ...others, [type]: told.data.progress ?? 0 } : others);
    return;
  }

  try {
    await load(told.videoId);
  } catch {
    // It is gone meanwhile: that is told too.
  }
}
