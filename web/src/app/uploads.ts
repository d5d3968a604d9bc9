import { signal } from '@preact/signals';
import { Upload, defaultOptions, type PreviousUpload } from 'tus-js-client';
import { accessToken } from './api/session';

/** A failed one may be gone on with; a refused one never. */
export type State = 'waiting' | 'sending' | 'paused' | 'done' | 'failed' | 'refused';

export interface Item {
  id: number;
  name: string;
  size: number;
  sent: number;
  /** Bytes a second, over the last seconds. */
  speed: number;
  state: State;
  videoId: string | null;
  problem: string | null;
}

const endpoint = '/v1/uploads';
const atOnce = 2;
const window_ = 5000;
const doneShownFor = 10_000;
const retryDelays = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000, 30_000, 60_000];

/** The newest first. */
export const items = signal<readonly Item[]>([]);

/** What was begun before this page was loaded, and can go on when its file is chosen again. */
export const unfinished = signal<readonly PreviousUpload[]>([]);

const running = new Map<number, Upload>();
let ids = 0;

export function add(files: Iterable<File>): void {
  for (const file of files) {
    const item: Item = { id: ++ids, name: file.name, size: file.size, sent: 0, speed: 0, state: 'waiting', videoId: null, problem: null };
    items.value = [item, ...items.value];
    running.set(item.id, make(item.id, file));
  }

  next();
}

export function pause(id: number): void {
  void running.get(id)?.abort();
  change(id, { state: 'paused', speed: 0 });
  next();
}

export function resume(id: number): void {
  change(id, { state: 'waiting', problem: null });
  next();
}

/** Nothing of it stays on the server. */
export function cancel(id: number): void {
  void running.get(id)?.abort(true).catch(() => undefined);
  running.delete(id);
  items.value = items.value.filter((item) => item.id !== id);
  next();
}

export function dismiss(id: number): void {
  running.delete(id);
  items.value = items.value.filter((item) => item.id !== id);
}

/** All that no longer moves. */
export function dismissOver(): void {
  items.value.filter(isOver).forEach((item) => dismiss(item.id));
}

export function isOver(item: Item): boolean {
  return item.state === 'done' || item.state === 'failed' || item.state === 'refused';
}

export async function findUnfinished(): Promise<void> {
  const begun = items.value.map((item) => `${item.name}|${item.size}`);
  const all = await defaultOptions.urlStorage.findAllUploads();
  unfinished.value = all.filter((upload) => !begun.includes(`${upload.metadata['filename']}|${upload.size}`));
}

export async function discard(upload: PreviousUpload): Promise<void> {
  await defaultOptions.urlStorage.removeUpload(upload.urlStorageKey);
  if (upload.uploadUrl !== null && upload.uploadUrl !== undefined) {
    await Upload.terminate(upload.uploadUrl, { onBeforeRequest: authorize }).catch(() => undefined);
  }

  await findUnfinished();
}

function next(): void {
  let free = atOnce - items.value.filter((item) => item.state === 'sending').length;
  for (const item of [...items.value].reverse()) {
    if (free > 0 && item.state === 'waiting') {
      free--;
      void start(item.id);
    }
  }
}

async function start(id: number): Promise<void> {
  const upload = running.get(id);
  if (upload === undefined) {
    return;
  }

  change(id, { state: 'sending' });
  const [previous] = await upload.findPreviousUploads();
  if (previous !== undefined && upload.url === null) {
    upload.resumeFromPreviousUpload(previous);
  }

  upload.start();
  await findUnfinished();
}

function make(id: number, file: File): Upload {
  const times: { at: number; sent: number }[] = [];
  return new Upload(file, {
    endpoint,
    retryDelays,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, transcode: 'true' },
    onBeforeRequest: authorize,
    onAfterResponse: (_, response) => {
      const videoId = response.getHeader('Kinora-Video-Id');
      if (videoId) {
        change(id, { videoId });
      }
    },
    onProgress: (sent) => {
      const now = Date.now();
      times.push({ at: now, sent });
      while (times.length > 1 && times[0]!.at < now - window_) {
        times.shift();
      }

      const first = times[0]!;
      change(id, { sent, speed: now > first.at ? ((sent - first.sent) * 1000) / (now - first.at) : 0 });
    },
    onSuccess: () => {
      change(id, { state: 'done', sent: file.size, speed: 0 });
      setTimeout(() => dismiss(id), doneShownFor);
      next();
    },
    onError: (error) => {
      const isRefused = isFinal(error);
      change(id, { state: isRefused ? 'refused' : 'failed', speed: 0, problem: problemOf(error) });
      if (isRefused) {
        void forget(running.get(id));
      }

      next();
    },
  });
}

async function authorize(request: { setHeader(name: string, value: string): void }): Promise<void> {
  const token = await accessToken();
  if (token !== null) {
    request.setHeader('Authorization', `Bearer ${token}`);
  }
}

/** The same file gets the same answer: not so where the upload is elsewhere in use, too much at once, cut, or of somebody who is to sign in again. */
function isFinal(error: Error): boolean {
  const status = (error as { originalResponse?: { getStatus(): number } | null }).originalResponse?.getStatus() ?? 0;
  return status >= 400 && status < 500 && ![401, 408, 409, 423, 429, 460].includes(status);
}

/** It is not offered as one that can go on. */
async function forget(upload: Upload | undefined): Promise<void> {
  for (const previous of (await upload?.findPreviousUploads()) ?? []) {
    if (previous.uploadUrl === upload?.url) {
      await defaultOptions.urlStorage.removeUpload(previous.urlStorageKey);
    }
  }
}

/** The API's own words, where there are any. */
function problemOf(error: Error): string {
  const body = (error as { originalResponse?: { getBody(): string } | null }).originalResponse?.getBody();
  try {
    return (JSON.parse(body ?? '') as { message: string }).message;
  } catch {
    return error.message;
  }
}

function change(id: number, to: Partial<Item>): void {
  items.value = items.value.map((item) => (item.id === id ? { ...item, ...to } : item));
}
