/**
 * Uploaded files, as they come: as the raw body or as the first file of a form. Their bytes go past one by one, to the
 * spool; nothing is held, and what is refused or broken off leaves nothing behind.
 */
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { HTTP_REFUSED_TIME_MAX, HTTP_UPLOAD_SILENCE_MAX } from '../../core/limits.ts';
import type { HttpDeps, HttpServer } from './deps.ts';

/** Types under which lists are sent. Whatever comes, the list is known by its bytes. */
export const LIST_TYPES = [
  'text/csv',
  'text/plain',
  'application/octet-stream',
  'application/gzip',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'multipart/form-data',
];

/** Bytes that a form puts around its file, at most. */
const FORM_BYTES_MAX = 64 * 1024;

/** Lets a refused upload run into nothing for a while: who writes first and reads afterwards gets to the answer. */
function letRunOut(request: FastifyRequest): void {
  const { raw } = request;
  if (raw.complete || raw.destroyed) return;
  raw.unpipe();
  raw.resume();
  const timer = setTimeout(() => raw.destroy(), HTTP_REFUSED_TIME_MAX);
  raw.once('close', () => clearTimeout(timer));
  raw.once('end', () => clearTimeout(timer));
}

/** Makes the routes of this scope take files instead of documents. */
export async function takeUploads(scope: HttpServer): Promise<void> {
  scope.removeAllContentTypeParsers();
  await scope.register(multipart, {
    limits: { files: 1, fields: 20, fileSize: Number.MAX_SAFE_INTEGER },
    throwFileSizeLimit: false,
  });
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  scope.addHook('onError', async (request) => letRunOut(request));
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, takesFiles: true };
  });
}

function tooLarge(max: number): AppError {
  const text = `the file is larger than ${max} bytes; split it, or have HTTP_UPLOAD_BYTES_MAX raised`;
  return new AppError('body_too_large', text, { facts: { bytesMax: max } });
}

/** The bytes of a stream, which stays usable when they are too many; the request ends when none come for long. */
async function* bounded(request: FastifyRequest, stream: Readable, max: number): AsyncGenerator<Uint8Array> {
  const silence = setTimeout(
    () => request.raw.destroy(new Error('the upload fell silent')),
    HTTP_UPLOAD_SILENCE_MAX,
  );
  try {
    let bytes = 0;
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      silence.refresh();
      bytes += chunk.length;
      if (bytes > max) throw tooLarge(max);
      yield chunk;
    }
  } finally {
    clearTimeout(silence);
  }
}

export interface Upload {
  /** As the sender calls it; empty where it does not say. */
  readonly fileName: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** The first file of a form. */
async function fileOfForm(request: FastifyRequest, max: number): Promise<Upload> {
  const part = await request.file().catch((error: unknown) => {
    if (!(error instanceof Error) || 'statusCode' in error) throw error;
    throw new AppError('request_invalid', `the form cannot be read: ${error.message}`, { cause: error });
  });
  if (part === undefined) {
    throw new AppError('request_invalid', 'the form holds no file; send it as the field "file"');
  }
  return { fileName: part.filename, content: bounded(request, part.file, max) };
}

/**
 * The file that a request brings. Throws AppError `body_too_large` where its length says so, `not_ready` while the
 * server ends, `request_invalid` for a form without a file; its content throws `body_too_large` where it grows too large.
 */
export async function openUpload(app: HttpServer, deps: HttpDeps, request: FastifyRequest): Promise<Upload> {
  const { uploadBytesMax: max } = deps.settings;
  if (app.life.draining) throw new AppError('not_ready', 'the server is being stopped; send the file again');
  const isForm = request.isMultipart();
  if (Number(request.headers['content-length'] ?? 0) > max + (isForm ? FORM_BYTES_MAX : 0))
    throw tooLarge(max);
  return isForm ? fileOfForm(request, max) : { fileName: '', content: bounded(request, request.raw, max) };
}
