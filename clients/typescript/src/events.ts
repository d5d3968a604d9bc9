import type { Kinora, KinoraEvent } from './index.js';
import { dataOf, KinoraError } from './errors.js';

export interface FollowOptions {
  /** Absent: the events of all videos. */
  videoId?: string;
  /** Only what comes behind it: a `sequence` of the video's, or a `position` of all. */
  after?: number;
  signal?: AbortSignal;
}

interface Block {
  id: string | undefined;
  event: string | undefined;
  data: string;
}

const reconnectMs = 1000;

/** Three of the comments that the server sends where there is nothing to tell, one each 15 seconds: the connection is lost, without a word. */
const silenceMs = 3 * 15_000;

/**
 * Events as they happen, each once and in order, over lost connections too. Of a video it ends with `video.deleted`; else by leaving the loop,
 * or it throws: the signal's reason, the KinoraError of an answer that another attempt would not change, or what an access token's function throws.
 */
export async function* followEvents(kinora: Kinora, options: FollowOptions = {}): AsyncGenerator<KinoraEvent, void, void> {
  const { signal } = options;
  let last = options.after?.toString();
  for (;;) {
    signal?.throwIfAborted();
    const silence = new AbortController();
    try {
      const attempt = { ...options, signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]) };
      for await (const block of blocksOf(await limited(open(kinora, attempt, last), silence), silence)) {
        last = block.id ?? last;
        // Without an id: how far a job has come, which stands in no log.
        if (block.id !== undefined && block.event !== 'open') {
          const event = JSON.parse(block.data) as KinoraEvent;
          yield event;
          if (options.videoId !== undefined && event.type === 'video.deleted') {
            return;
          }
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      // What `fetch` and its streams throw where the network fails is a TypeError.
      const mayPass = error instanceof KinoraError ? error.status === 429 || error.status >= 500 : error instanceof TypeError;
      if (!mayPass && !silence.signal.aborted) {
        throw error;
      }
    }

    await pause(signal);
  }
}

/** Until it is time for another attempt, or the signal comes. */
function pause(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, reconnectMs);
    signal?.addEventListener('abort', end);
  });
}

/** Only while something is waited for: who takes the events may take his time. */
async function limited<T>(wait: Promise<T>, silence: AbortController): Promise<T> {
  const timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    return await wait;
  } finally {
    clearTimeout(timer);
  }
}

async function open(kinora: Kinora, { videoId, signal }: FollowOptions, last: string | undefined): Promise<ReadableStream<Uint8Array>> {
  const request = {
    parseAs: 'stream' as const,
    headers: { Accept: 'text/event-stream', ...(last === undefined ? {} : { 'Last-Event-ID': last }) },
    ...(signal === undefined ? {} : { signal }),
  };
  const stream = await dataOf<unknown>(
    videoId === undefined
      ? kinora.GET('/v1/events', request)
      : kinora.GET('/v1/videos/{videoId}/events', { ...request, params: { path: { videoId } } }),
  );
  return stream as ReadableStream<Uint8Array>;
}

/** HTML Living Standard §9.2.6, as far as this server writes it: one line of data, ended by a line feed. */
async function* blocksOf(stream: ReadableStream<Uint8Array>, silence: AbortController): AsyncGenerator<Block> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await limited(reader.read(), silence);
      if (done) {
        return;
      }

      const parts = (text + value).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const fields = new Map(part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]));
        const data = fields.get('data');
        if (data !== undefined) {
          yield { id: fields.get('id'), event: fields.get('event'), data };
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
