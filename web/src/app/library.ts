import { signal } from '@preact/signals';
import { api, must, type Video } from './api/client';
import type { Told } from './api/events';
import { follow } from './api/tabs';

/** The videos that were loaded, by id; pages show them and are changed by events. */
export const videos = signal<ReadonlyMap<string, Video>>(new Map());

/** How far the running jobs of each video have come, by the type of job. */
export const progress = signal<ReadonlyMap<string, Readonly<Record<string, number>>>>(new Map());

/** Events come in. */
export const isLive = signal(false);

/** How often the stream was opened: what was loaded before the first time may be old. */
export const opened = signal(0);

/** How often each video's events have said that something is new, but how far a job is: who shows more than its state loads that again. */
export const changes = signal<ReadonlyMap<string, number>>(new Map());

/** How often each video got a thumbnail. */
export const pictures = signal<ReadonlyMap<string, number>>(new Map());

/** Videos of this user that were deleted while the page was open. */
export const deleted = signal<ReadonlySet<string>>(new Set());

/** Loads under way, by video: whether it is to be loaded once more when they are done. */
const loading = new Map<string, boolean>();

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
      if (told.type !== 'job.progress') {
        changes.value = counted(changes.value, told.videoId);
      }

      apply(told);
    },
    (isOpen) => {
      isLive.value = isOpen;
      if (isOpen) {
        opened.value++;
      }
    },
  );
}

function counted(counts: ReadonlyMap<string, number>, videoId: string): ReadonlyMap<string, number> {
  return new Map(counts).set(videoId, (counts.get(videoId) ?? 0) + 1);
}

function apply(told: Told): void {
  if (told.type === 'video.deleted') {
    deleted.value = new Set(deleted.value).add(told.videoId);
    remove(told.videoId);
    return;
  }

  if (told.type === 'video.thumbnail.ready') {
    pictures.value = counted(pictures.value, told.videoId);
  }

  if (told.type.startsWith('job.')) {
    const type = told.data.type ?? '';
    const before = progress.value.get(told.videoId) ?? {};
    const { [type]: _, ...others } = before;
    const isRunning = told.type === 'job.progress' || told.type === 'job.running';
    progress.value = new Map(progress.value).set(told.videoId, isRunning ? { ...others, [type]: told.data.progress ?? 0 } : others);
    return;
  }

  void loadOnce(told.videoId);
}

/** Of many events in a moment the first one loads the video, and the last one. */
async function loadOnce(videoId: string): Promise<void> {
  if (loading.has(videoId)) {
    loading.set(videoId, true);
    return;
  }

  do {
    loading.set(videoId, false);
    try {
      await load(videoId);
    } catch {
      // It is gone meanwhile: that is told too.
    }
  } while (loading.get(videoId));

  loading.delete(videoId);
}
