import { AppError } from '../../../core/errors.ts';

/** Why no answer came. `unreached`: nothing of the request left; `lost`: it may have been done. */
export class Unanswered extends Error {
  readonly stage: 'unreached' | 'lost';
  readonly code: string;
  constructor(stage: 'unreached' | 'lost', code: string, cause: unknown) {
    super(code, { cause });
    this.stage = stage;
    this.code = code;
  }
}

/** Our own codes beside those of Node: deadlines that passed. */
export type Deadline = 'CONNECT_DEADLINE' | 'ANSWER_DEADLINE' | 'SILENCE';

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What is wrong with the settings or the server rather than with the moment: asking again would not help. */
function standingFault(code: string, url: URL): string | undefined {
  const { host, hostname, protocol } = url;
  if (code === 'ENOTFOUND') return `there is no host "${hostname}" (${code}); correct RINGMASTER_URL`;
  if (UNTRUSTED.has(code)) {
    const remedy = 'set NODE_EXTRA_CA_CERTS to the file with the certificate of its authority';
    return `the certificate of ${host} was made by nobody whom this machine trusts (${code}); ${remedy}`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `the certificate of ${host} does not hold at this time (${code}); renew it, or set the clock of this machine`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the certificate of ${host} is for another name (${code}); write the name that it was made for into RINGMASTER_URL`;
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    return `no TLS connection with ${host} comes about (${code}); if the API listens without TLS there, RINGMASTER_URL begins with http://`;
  }
  if (code.startsWith('HPE_')) {
    const other = protocol === 'http:' ? '; if it expects TLS, RINGMASTER_URL begins with https://' : '';
    return `what answers at ${host} does not speak HTTP (${code})${other}`;
  }
  return undefined;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function passingFault({ stage, code }: Unanswered, base: string, waited: Waited): string {
  if (code === 'ECONNREFUSED') {
    const remedy = 'start a process with the role "api" there (npm start -- api), or correct RINGMASTER_URL';
    return `nobody listens at ${base}; ${remedy}`;
  }
  if (code === 'CONNECT_DEADLINE') {
    return `${base} was not reached within ${seconds(waited.connect)}; see to the address, the network and the firewalls in between`;
  }
  if (code === 'ANSWER_DEADLINE') return `${base} did not answer within ${seconds(waited.answer)}`;
  if (code === 'SILENCE') return `the connection with ${base} stood still for ${seconds(waited.silence)}`;
  if (stage === 'unreached') return `${base} cannot be reached (${code}); see to the address and the network`;
  return `the connection with ${base} was lost before the answer was whole (${code})`;
}

/** How long was waited for what. */
export interface Waited {
  readonly connect: number;
  readonly answer: number;
  readonly silence: number;
}

/** The same for the operator, with place and remedy; `doubt` says what is not known now. */
export function explained(unanswered: Unanswered, base: string, waited: Waited, doubt = ''): AppError {
  const standing = standingFault(unanswered.code, new URL(base));
  if (standing !== undefined) return new AppError('api_unexpected', standing, { cause: unanswered });
  const text = passingFault(unanswered, base, waited);
  const tail = unanswered.stage === 'lost' && doubt !== '' ? `; ${doubt}` : '';
  return new AppError('api_unavailable', text + tail, { cause: unanswered });
}

/** True where asking again may help. */
export function mayPass({ code }: Unanswered, base: string): boolean {
  return standingFault(code, new URL(base)) === undefined;
}
