export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly text: string;
  /** Whether trying the same link again can help. */
  readonly canRetry: boolean;
}

export const problems = {
  nothing: {
    code: 'nothing',
    title: 'Nothing to play yet',
    text: 'Open this page through a playback link: it carries the video that you want to watch.',
    canRetry: false,
  },
  foreign: {
    code: 'foreign',
    title: 'This is not a playback link',
    text: 'This page plays videos of this server only. Check that the link was copied whole.',
    canRetry: false,
  },
  expired: {
    code: 'expired',
    title: 'This link has expired',
    text: 'Playback links work for a limited time. Ask whoever shared it for a new one.',
    canRetry: false,
  },
  invalid: {
    code: 'invalid',
    title: 'This link is not valid',
    text: 'It was changed or cut on its way. Check that it was copied whole, or ask whoever shared it for a new one.',
    canRetry: false,
  },
  forbidden: {
    code: 'forbidden',
    title: 'This link does not open this video',
    text: 'It was made for something else. Ask whoever shared it for a new one.',
    canRetry: false,
  },
  notFound: {
    code: 'not-found',
    title: 'Video not found',
    text: 'It may have been deleted, or it is not ready to be played.',
    canRetry: true,
  },
  busy: {
    code: 'busy',
    title: 'The server cannot play this now',
    text: 'It answered with an error. It usually helps to try again in a moment.',
    canRetry: true,
  },
  offline: {
    code: 'offline',
    title: 'The connection is lost',
    text: 'Playback goes on where it stopped as soon as the server can be reached.',
    canRetry: true,
  },
  media: {
    code: 'media',
    title: 'This video cannot be played here',
    text: 'Your browser could not decode it. Another browser may do better.',
    canRetry: true,
  },
} as const satisfies Record<string, Problem>;

/**
 * @param status of the HTTP answer; 0 when there was none.
 * @param body of it, where it is known: one code stands for links that have expired and for those that never were valid.
 */
export function problemOfStatus(status: number, body = ''): Problem {
  switch (status) {
    case 0:
      return problems.offline;
    case 401:
      return body.includes('is not valid') ? problems.invalid : problems.expired;
    case 403:
      return problems.forbidden;
    case 404:
    case 410:
      return problems.notFound;
    default:
      return problems.busy;
  }
}
