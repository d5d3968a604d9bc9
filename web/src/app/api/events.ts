import { accessToken } from './session';

export interface Told {
  /** "video.ready", "job.progress", ... */
  type: string;
  videoId: string;
  data: { jobId?: string; status?: string; progress?: number; outTimeMs?: number | null; type?: string };
}

const longestWait = 15_000;
const hiddenPatience = 30_000;

/**
 * Follows the events of all videos, over every break: each time it connects again it goes on behind the last one. EventSource sends no
 * token, so this is fetch.
 * @param onOpen Called each time it has connected, before the first event.
 * @returns Ends it.
 */
export function follow(onTold: (told: Told) => void, onOpen: (isOpen: boolean) => void): () => void {
  const place = { last: '' };
  let stop: AbortController | null = null;
  let leaving: number | undefined;

  // A browser has six connections to a server of HTTP/1.1: a tab that nobody looks at keeps none, and goes on from where it was.
  const look = () => {
    clearTimeout(leaving);
    if (document.visibilityState === 'hidden') {
      leaving = window.setTimeout(leave, hiddenPatience);
    } else if (stop === null) {
      stop = new AbortController();
      void run(place, onTold, onOpen, stop.signal);
    }
  };
  const leave = () => {
    stop?.abort();
    stop = null;
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    clearTimeout(leaving);
    leave();
  };
}

async function run(place: { last: string }, onTold: (told: Told) => void, onOpen: (isOpen: boolean) => void, stop: AbortSignal): Promise<void> {
  let wait = 1000;
  while (!stop.aborted) {
    try {
      const token = await accessToken();
      if (token === null) {
        return;
      }

      const headers: Record<string, string> = { Accept: 'text/event-stream', Authorization: `Bearer ${token}` };
      if (place.last !== '') {
        headers['Last-Event-ID'] = place.last;
      }

      const answer = await fetch('/v1/events', { headers, signal: stop, cache: 'no-store' });
      if (answer.ok && answer.body !== null) {
        onOpen(true);
        for await (const message of messages(answer.body)) {
          wait = 1000;
          place.last = message.id ?? place.last;
          if (message.data !== '' && message.event !== 'open') {
            onTold(JSON.parse(message.data) as Told);
          }
        }
      }
    } catch {
      // Below.
    }

    if (!stop.aborted) {
      onOpen(false);
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
