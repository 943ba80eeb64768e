import type { Socket } from 'node:net';
import { AppError } from '../../core/errors.ts';
import { HTTP_REFUSED_TIME_MAX } from '../../core/limits.ts';
import { PROBLEM_TYPE, problemOf } from './problems.ts';

const WHAT: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'the address and headers are longer than what is read (16 KB)',
  ERR_HTTP_REQUEST_TIMEOUT: 'the headers did not come in time',
};

/** Answers what is not HTTP, or more of it than is read, before any route could: a problem as everywhere, then the end. */
export function refuseBrokenRequests(error: Error & { readonly code?: string }, socket: Socket): void {
  // What comes behind the fault is a fault again; it was answered already.
  if (socket.writableEnded) return;
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const text = WHAT[error.code ?? ''] ?? 'this is not HTTP as it should be';
  const problem = problemOf(new AppError('request_invalid', text));
  const body = JSON.stringify(problem);
  const head = [
    'HTTP/1.1 400 Bad Request',
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Whoever is still sending would see the connection break instead of the answer.
  const timer = setTimeout(() => socket.destroy(), HTTP_REFUSED_TIME_MAX);
  socket.once('close', () => clearTimeout(timer));
}
