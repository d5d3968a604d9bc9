import { stream, type Told } from './events';

/** What tabs say to each other; `last` is the place in the log that the sender has come to. */
type Said =
  | { kind: 'told'; id: string | null; told: Told }
  | { kind: 'stream'; isOpen: boolean; last: string }
  | { kind: 'joined'; last: string };

const name = 'kinora.events';
const hiddenPatience = 30_000;

/**
 * Follows the events of all videos, with one stream for all tabs: a browser has six connections to a server of HTTP/1.1, and a stream
 * keeps one of them. The tab with the lock has it and tells the others; when it closes or is no longer looked at, one that waits for the
 * lock goes on behind the last event that it knows.
 * @param onOpen Called each time events begin to come in, before the first one, and when they no longer do.
 * @returns Ends it.
 */
export function follow(onTold: (told: Told) => void, onOpen: (isOpen: boolean) => void): () => void {
  // Browsers keep locks from pages that came without TLS: there each tab has a stream of its own.
  const canShare = 'locks' in navigator && 'BroadcastChannel' in window;
  let channel: BroadcastChannel | null = null;
  let isHere = false;
  let isOpen = false;
  let last = '';
  let isBehind = false;
  let candidacy: AbortController | null = null;
  let connection: AbortController | null = null;
  let leaving: number | undefined;

  const say = (said: Said) => channel?.postMessage(said);
  const setOpen = (is: boolean) => {
    isOpen = is;
    onOpen(is);
  };
  const take = (id: string | null, told: Told) => {
    // What comes once more is for a tab that was away.
    if (id === null || isAfter(id, last)) {
      last = id ?? last;
      onTold(told);
    }
  };

  const lead = (from: string) => {
    connection?.abort();
    connection = new AbortController();
    void stream(from, connection.signal, {
      onTold: (id, told) => {
        take(id, told);
        say({ kind: 'told', id, told });
      },
      onOpen: (place) => {
        last = isAfter(place, last) ? place : last;
        setOpen(true);
        say({ kind: 'stream', isOpen, last: place });
      },
      onBreak: () => {
        setOpen(false);
        say({ kind: 'stream', isOpen, last });
      },
    });
  };

  const hear = ({ data: said }: MessageEvent<Said>) => {
    if (connection !== null) {
      if (said.kind === 'joined' && said.last !== '' && isAfter(last, said.last)) {
        lead(said.last);
      } else if (said.kind === 'joined') {
        say({ kind: 'stream', isOpen, last });
      }
    } else if (said.kind === 'stream') {
      isBehind = last !== '' && isAfter(said.last, last);
      if (isBehind) {
        say({ kind: 'joined', last });
        return;
      }

      last = last === '' ? said.last : last;
      if (said.isOpen !== isOpen) {
        setOpen(said.isOpen);
      }
    } else if (said.kind === 'told' && !isBehind) {
      take(said.id, said.told);
    }
  };

  const stand = () => {
    candidacy = new AbortController();
    const { signal } = candidacy;
    if (!canShare) {
      lead(last);
      return;
    }

    const hold = async () => {
      // It may have been given up in the moment in which the lock came.
      if (!signal.aborted) {
        lead(last);
        await new Promise((release) => signal.addEventListener('abort', release));
      }
    };
    navigator.locks.request(name, { signal }, hold).catch(() => undefined); // no longer wanted
  };
  const retire = () => {
    candidacy?.abort();
    connection?.abort();
    candidacy = connection = null;
  };

  const look = () => {
    clearTimeout(leaving);
    if (document.visibilityState === 'hidden') {
      leaving = window.setTimeout(retire, hiddenPatience);
    } else if (isHere && candidacy === null) {
      stand();
    }
  };
  const come = () => {
    if (!isHere) {
      isHere = true;
      isBehind = true; // until it is known where the others are
      if (canShare) {
        channel = new BroadcastChannel(name);
        channel.onmessage = hear;
        say({ kind: 'joined', last });
      }

      look();
    }
  };
  // A page that is kept to be gone back to would keep its connection, too.
  const go = () => {
    clearTimeout(leaving);
    retire();
    channel?.close();
    channel = null;
    isHere = false;
    setOpen(false);
  };

  const stopping = new AbortController();
  const { signal } = stopping;
  document.addEventListener('visibilitychange', look, { signal });
  document.addEventListener('freeze', go, { signal });
  document.addEventListener('resume', come, { signal });
  window.addEventListener('pagehide', go, { signal });
  window.addEventListener('pageshow', come, { signal });
  come();
  return () => {
    stopping.abort();
    go();
  };
}

function isAfter(id: string, other: string): boolean {
  return Number(id) > Number(other);
}
