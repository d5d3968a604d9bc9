import type { Kinora } from './index.js';
import type { components } from './schema.js';
import { dataOf } from './errors.js';

export interface UploadOptions {
  /** Of a file that is not of a disk. */
  filename?: string;
  /** Absent: made from the file's name. */
  title?: string;
  /** HLS is queued as soon as the analysis succeeds. */
  transcode?: boolean;
  /** With it the same request may be sent again, and nothing is made twice. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Sends a file. In Node: `upload(kinora, await openAsBlob('clip.mp4'))`, which reads it as it is sent. */
export async function upload(kinora: Kinora, file: Blob, options: UploadOptions = {}): Promise<components['schemas']['UploadResponse']> {
  const form = new FormData();
  // Fields first: the server knows them before the bytes come.
  if (options.title !== undefined) {
    form.append('title', options.title);
  }

  if (options.transcode) {
    form.append('transcode', 'true');
  }

  form.append('file', file, options.filename ?? (file instanceof File ? file.name : 'video'));
  // The operation takes two types of body, and answers each with its own: the types have the union of both.
  return (await post(kinora, form as never, options)) as components['schemas']['UploadResponse'];
}

/** Has the server fetch a file from an address of the public Internet. */
export async function fetchFrom(kinora: Kinora, url: string, options: Omit<UploadOptions, 'filename'> = {}): Promise<components['schemas']['FetchResponse']> {
  const { title = null, transcode = false } = options;
  return (await post(kinora, { url, title, transcode }, options)) as components['schemas']['FetchResponse'];
}

function post(kinora: Kinora, body: components['schemas']['FetchRequest'], { idempotencyKey, signal }: UploadOptions) {
  return dataOf(
    kinora.POST('/v1/videos', {
      params: { header: idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey } },
      body: body as never,
      ...(signal === undefined ? {} : { signal }),
    }),
  );
}
