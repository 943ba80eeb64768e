import { Problem, problemOf, writeHeaders } from './request.ts';
import { signOutHere } from './session.ts';

export interface Upload<T> {
  readonly done: Promise<T>;
  cancel(): void;
}

/**
 * Sends a file as the raw body and tells how much has left. XMLHttpRequest, since fetch does not say how far an
 * upload is. Rejects with Problem; status 0 and code `cancelled` after `cancel`.
 */
export function upload<T>(
  path: string,
  file: Blob,
  onSent: (sent: number, total: number) => void,
): Upload<T> {
  const xhr = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    xhr.open('POST', path);
    xhr.setRequestHeader('content-type', 'application/octet-stream');
    xhr.setRequestHeader('accept', 'application/json, application/problem+json');
    for (const [name, value] of Object.entries(writeHeaders())) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onSent(loaded, total);
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) {
        onSent(file.size, file.size);
        resolve(JSON.parse(xhr.responseText));
        return;
      }
      if (xhr.status === 401) signOutHere();
      reject(problemOf(xhr.status, xhr.responseText));
    };
    xhr.onerror = () => reject(new Problem(0, { code: 'unreachable' }));
    xhr.onabort = () => reject(new Problem(0, { code: 'cancelled' }));
    xhr.send(file);
  });
  return { done, cancel: () => xhr.abort() };
}
