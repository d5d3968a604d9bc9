import type { components } from './schema.js';

type ErrorBody = components['schemas']['ErrorBody'];

/** A malformed part of a request: where it stands (`title`, `renditions[0]`) and what is wrong. */
export interface Fault {
  path: string;
  message: string;
}

/** An answer that is no success, in the API's own words. `code` is what to branch on: of a closed list, or `HTTP 502` where it was not Kinora that answered. */
export class KinoraError extends Error {
  readonly code: string;
  readonly details: unknown;
  readonly status: number;

  /** Names the request in the server's log. */
  readonly requestId: string | null;

  /** In seconds; of 429 and 503. */
  readonly retryAfter: number | null;

  constructor(response: Response, body: Partial<ErrorBody> | undefined) {
    super(body?.message ?? `The server answered ${response.status}.`);
    this.name = 'KinoraError';
    this.code = body?.code ?? `HTTP ${response.status}`;
    this.details = body?.details;
    this.status = response.status;
    this.requestId = response.headers.get('X-Request-Id');
    const retryAfter = response.headers.get('Retry-After');
    const seconds = Number(retryAfter);
    // A proxy in between may name a date.
    this.retryAfter = retryAfter !== null && Number.isFinite(seconds) ? seconds : null;
  }

  /** Of a VALIDATION_ERROR; else none. */
  get faults(): Fault[] {
    return Array.isArray(this.details) ? (this.details as Fault[]) : [];
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What an operation answers, or a KinoraError: `await dataOf(kinora.GET('/v1/me'))`. */
export async function dataOf<T>(answer: Answer<T> | Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) {
    // A proxy in between may answer with something else.
    throw new KinoraError(response, typeof error === 'object' && error !== null ? (error as ErrorBody) : undefined);
  }

  return data as T;
}
