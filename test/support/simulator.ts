import {
  createSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../../src/adapters/simulator/simulator.ts';
import { signTc3 } from '../../src/adapters/tencent/signature.ts';

export const SDK_APP_ID = 1_400_000_000;
export const CREDENTIALS = { secretId: 'AKIDexample', secretKey: 'example-key-of-the-simulator' };

export interface RunningSimulator extends Simulator {
  readonly url: string;
  /** `host:port`, as the vendor's SDK wants its endpoint. */
  readonly endpoint: string;
}

/**
 * Starts a simulator on a free loopback port, with {@link CREDENTIALS} unless told otherwise. Give a
 * `ManualClock` as `clock` to move time by hand; timestamps of requests must then come from it too. The caller closes it.
 */
export async function startSimulator(options: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  const simulator = createSimulator({ credentials: CREDENTIALS, ...options });
  const { url } = await simulator.listen();
  return { ...simulator, url, endpoint: url.replace('http://', '') };
}

/** What a bare request was answered with: the fields beside RequestId, or the error code. */
export interface BareReply {
  readonly code: string;
  readonly fields: Record<string, unknown>;
}

export interface BareRequestOptions {
  /** Unix ms the request is signed at. */
  readonly now?: number;
  readonly headers?: Record<string, string>;
  readonly credentials?: { readonly secretId: string; readonly secretKey: string };
  readonly signal?: AbortSignal;
}

/** One signed request without any client of ours. Rejects when the connection gives no envelope. */
export async function callApi(
  url: string,
  action: string,
  body: unknown,
  options: BareRequestOptions = {},
): Promise<BareReply> {
  const { secretId, secretKey } = options.credentials ?? CREDENTIALS;
  const timestamp = Math.floor((options.now ?? Date.now()) / 1_000);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = 'application/json';
  const host = new URL(url).host;
  const authorization = signTc3({
    secretId,
    secretKey,
    service: 'ccc',
    host,
    contentType,
    body: text,
    timestamp,
  });
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'x-tc-action': action,
      'x-tc-version': '2020-02-10',
      'x-tc-timestamp': String(timestamp),
      authorization,
      ...options.headers,
    },
    body: text,
    signal: options.signal ?? null,
  });
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  const { Response } = (await response.json()) as { Response: Record<string, unknown> };
  const error = Response.Error as { Code: string } | undefined;
  return { code: error?.Code ?? 'OK', fields: Response };
}
