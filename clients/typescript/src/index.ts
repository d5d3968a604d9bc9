import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.js';

export { dataOf, KinoraError, type Fault } from './errors.js';
export { followEvents, type FollowOptions } from './events.js';
export { fetchFrom, upload, type UploadOptions } from './uploads.js';
export type { components, paths };

export type Video = components['schemas']['VideoResponse'];
export type Job = components['schemas']['JobResponse'];
export type Playback = components['schemas']['PlaybackResponse'];
export type KinoraEvent = components['schemas']['EventResponse'];
export type WebhookPayload = components['schemas']['WebhookPayload'];

/** Every operation of the OpenAPI document: `kinora.GET('/v1/videos/{videoId}', ...)`. Where one has answers of several types, that of JSON. */
export type Kinora = Client<paths, 'application/json'>;

/** An access token, or what gets one: it is asked at each request, so that it may refresh one that has ended. */
export type AccessToken = string | (() => string | Promise<string>);

/** @param server `https://video.example`. */
export function createKinora(server: string, token?: AccessToken): Kinora {
  const kinora = createClient<paths, 'application/json'>({ baseUrl: server });
  if (token !== undefined) {
    kinora.use({
      async onRequest({ request }) {
        request.headers.set('Authorization', `Bearer ${typeof token === 'string' ? token : await token()}`);
        return request;
      },
    });
  }

  return kinora;
}
