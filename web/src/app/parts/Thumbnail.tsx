import { useEffect, useRef, useState } from 'preact/hooks';
import type { Video } from '../api/client';
import { accessToken } from '../api/session';
import { pictures } from '../library';
import { Icon } from './Icon';

const kept = new Map<string, string>();

/** The owner's own picture needs the owner's token, which an <img> does not send. Loaded when it comes into sight. */
export function Thumbnail({ video }: { video: Video }) {
  const videoId = video.id;
  const mayHave = video.status === 'ANALYZED' || video.status === 'READY';
  const frame = useRef<HTMLDivElement>(null);
  const [url, setUrl] = useState(kept.get(videoId) ?? null);
  const version = pictures.value.get(videoId) ?? 0;
  const shown = useRef(version);
  useEffect(() => {
    if (!mayHave || (url !== null && version === shown.current)) {
      return;
    }

    const seen = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        seen.disconnect();
        shown.current = version;
        void fetchPicture(videoId).then((found) => found !== null && setUrl(found));
      }
    }, { rootMargin: '200px' });
    seen.observe(frame.current!);
    return () => seen.disconnect();
  }, [videoId, mayHave, version]);
  return (
    <div ref={frame} class="thumbnail">
      {url === null ? <Icon name="film" /> : <img src={url} alt="" decoding="async" />}
    </div>
  );
}

async function fetchPicture(videoId: string): Promise<string | null> {
  const token = await accessToken();
  const answer = await fetch(`/v1/videos/${videoId}/thumbnail`, { headers: { Authorization: `Bearer ${token}` } }).catch(() => null);
  if (answer === null || !answer.ok) {
    return null;
  }

  const old = kept.get(videoId);
  const url = URL.createObjectURL(await answer.blob());
  kept.set(videoId, url);
  if (old !== undefined) {
    URL.revokeObjectURL(old);
  }

  return url;
}
