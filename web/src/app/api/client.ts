import createClient from 'openapi-fetch';
import type { components, paths } from '../../../build/schema';
import { accessToken, forget } from './session';

export type Video = components['schemas']['VideoResponse'];
export type Job = components['schemas']['JobResponse'];
export type Explanation = components['schemas']['ExplanationResponse'];
export type Playback = components['schemas']['PlaybackResponse'];
export type EventFilter = components['schemas']['EventFilter'];
export type Webhook = components['schemas']['WebhookResponse'];
export type Delivery = components['schemas']['DeliveryResponse'];
export type Me = components['schemas']['MeResponse'];
export type System = components['schemas']['SystemResponse'];
export type DeliveryDetail = components['schemas']['DeliveryDetailResponse'];

/** An answer that is no success, in the API's own words. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: { path: string; message: string }[],
  ) {
    super(message);
  }

  /** Asking again gives the same: there is nothing here for this user. */
  get isFinal(): boolean {
    return ['NOT_FOUND', 'FORBIDDEN', 'VALIDATION_ERROR'].includes(this.code);
  }
}

/** The API, as its OpenAPI document describes it. */
export const api = createClient<paths>({ baseUrl: '/' });

api.use({
  async onRequest({ request }) {
    const token = await accessToken();
    if (token !== null) {
      request.headers.set('Authorization', `Bearer ${token}`);
    }

    return request;
  },
  onResponse({ request, response }) {
    if (response.status === 401 && !request.url.includes('/v1/auth/')) {
      forget();
    }
  },
});

/** The data of an answer, or an exception. */
export async function must<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let got;
  try {
    got = await answer;
  } catch {
    throw new Refusal('OFFLINE', 'The server cannot be reached.', []);
  }

  if (got.error !== undefined || !got.response.ok) {
    const body = got.error as { code?: string; message?: string; details?: unknown } | undefined;
    throw new Refusal(body?.code ?? 'INTERNAL', body?.message ?? `The server answered ${got.response.status}.`, Array.isArray(body?.details) ? body.details : []);
  }

  return got.data as T;
}
