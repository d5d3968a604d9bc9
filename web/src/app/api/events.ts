import { accessToken } from './session';

export interface Told {
  /** "video.ready", "job.progress", ... */
  type: string;
  videoId: string;
  data: { jobId?: string; status?: string; progress?: number; outTimeMs?: number | null; type?: string };
}

export interface StreamEvents {
  /** @param id of its place; null: it has none, and cannot be asked for again. */
  onTold(id: string | null, told: Told): void;
  /** Each time it has connected, before the first event. */
  onOpen(place: string): void;
  onBreak(): void;
}

const longestWait = 15_000;

/**
 * The events of all videos, over every break: each time it connects again it goes on behind the last one. EventSource sends no token, so
 * this is fetch.
 * @param from The place behind which it begins; empty: now.
 */
export async function stream(from: string, stop: AbortSignal, events: StreamEvents): Promise<void> {
  let last = from;
  let wait = 1000;
  while (!stop.aborted) {
    try {
      const token = await accessToken();
      if (token === null) {
        return;
      }

      const headers: Record<string, string> = { Accept: 'text/event-stream', Authorization: `Bearer ${token}` };
      if (last !== '') {
        headers['Last-Event-ID'] = last;
      }

      const answer = await fetch('/v1/events', { headers, signal: stop, cache: 'no-store' });
      if (answer.ok && answer.body !== null) {
        for await (const message of messages(answer.body)) {
          // What was read already is for nobody any more: another stream may have begun behind an earlier place.
          if (stop.aborted) {
            return;
          }

          wait = 1000;
          last = message.id ?? last;
          if (message.event === 'open') {
            events.onOpen(last);
          } else if (message.data !== '') {
            events.onTold(message.id, JSON.parse(message.data) as Told);
          }
        }
      }
    } catch {
      // Below.
    }

    if (!stop.aborted) {
      events.onBreak();
      await new Promise((done) => setTimeout(done, wait));
      wait = Math.min(wait * 2, longestWait);
    }
  }
}

interface Message {
  id: string | null;
  event: string;
  data: string;
}

/** HTML Living Standard §9.2.6, as much of it as the API sends. */
async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  while (true) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }

    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const message: Message = { id: null, event: 'message', data: '' };
      for (const line of text.slice(0, end).split('\n')) {
        const colon = line.indexOf(':');
        const [name, field] = [line.slice(0, colon), line.slice(colon + 1).trimStart()];
        if (name === 'id') {
          message.id = field;
        } else if (name === 'event') {
          message.event = field;
        } else if (name === 'data') {
          message.data += field;
        }
      }

      text = text.slice(end + 2);
      yield message;
    }
  }
}
