import { problems, type Problem } from './problems';

export type Link = { url: string } | { problem: Problem };

/** The playlist of an embedded player, whose page's path is "/embed/VIDEO/SIGNATURE"; null: the page is another one. */
export function embeddedLink(pathname: string): string | null {
  const [, page, videoId, token] = pathname.split('/');
  return page === 'embed' && videoId && token ? `/v1/videos/${videoId}/hls/${token}/master.m3u8` : null;
}

/**
 * The playlist that the page's address names behind its "#", which no server gets to see and no Referer repeats.
 * Only this server's own playlists: the page must not become a player for whatever a stranger links to.
 */
export function readLink(hash: string, origin: string): Link {
  const raw = hash.replace(/^#/, '').trim();
  if (raw === '') {
    return { problem: problems.nothing };
  }

  const url = URL.canParse(raw, origin) ? new URL(raw, origin) : null;
  const isPlaybackLink =
    url !== null &&
    (raw.startsWith('/') || /^https?:\/\//i.test(raw)) &&
    url.origin === origin &&
    url.username === '' &&
    url.pathname.startsWith('/v1/');
  return isPlaybackLink ? { url: url.href } : { problem: problems.foreign };
}
