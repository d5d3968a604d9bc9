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

/**
 * Events as they happen, each once and in order, over lost connections too. Of a video it ends with `video.deleted`; else with the signal, by
 * leaving the loop, or with the KinoraError of an answer that another attempt would not change.
 */
export async function* followEvents(kinora: Kinora, options: FollowOptions = {}): AsyncGenerator<KinoraEvent, void, void> {
  const isAborted = () => options.signal?.aborted === true;
  let last = options.after?.toString();
  while (!isAborted()) {
    try {
      for await (const block of blocksOf(await open(kinora, options, last))) {
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
      if (isAborted() || (error instanceof KinoraError && error.status !== 429 && error.status < 500)) {
        throw error;
      }
    }

    await new Promise((resolve) => setTimeout(resolve, reconnectMs));
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
async function* blocksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Block> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
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
