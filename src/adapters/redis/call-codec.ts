import type { CallFacts } from '../../core/callee.ts';
import { fromSeconds, SECOND } from '../../core/time.ts';
import type { BlockReader, BlockWriter } from './block-parts.ts';

/**
 * The facts of one call inside a history block. Times are counted from the block's own time and from each other;
 * texts that calls have in common (callers, keys, the path of recordings) are stored once per block; identifiers, in
 * the links of recordings too, go to the random bytes.
 */
const UUID_LENGTH = 36;
/** Hexadecimal digits in a row that are taken for one identifier inside a link. */
const DIGITS_MIN = 16;
const DIGITS_MAX = 120;
/** What stands for a piece of a link: the call's own session id; a UUID; digits, as many bytes as stand between. */
const OWN_SESSION = '<';
const UUID_HERE = '>';
const PIECES = /<|>|\{(\d+)\}/g;
/** No link holds these; one that does all the same is stored as it is, behind the first of them. */
const NOT_IN_LINKS = /["<>{}]/;
const VERBATIM = '"';
const MISSING = 1;
const UUID_SESSION = 2;
const END_STATUS = 4;
const STARTED = 8;
const ENDED = 16;
const RING = 32;
const TALK = 64;
const SIDE = 128;
const CALLER = 256;
const KEYS = 512;
const RECORDING = 1_024;
const ODD = 2_048;
/** The first two still fit two bytes of flags; a call has the others only where agents take part. */
const LABELS = 4_096;
const TRANSCRIPT = 8_192;
const QUEUE = 16_384;
const AGENT = 32_768;

type NumberFact = 'endStatus' | 'startedAt' | 'endedAt' | 'ringSeconds' | 'talkSeconds';
const TIME_MAX = 2 ** 32 * 1_000 - 1;
const NUMBER_MAX: Readonly<Record<NumberFact, number>> = {
  endStatus: Number.MAX_SAFE_INTEGER,
  startedAt: TIME_MAX,
  endedAt: TIME_MAX,
  ringSeconds: Number.MAX_SAFE_INTEGER,
  talkSeconds: Number.MAX_SAFE_INTEGER,
};
const NUMBER_FACTS: readonly NumberFact[] = [
  'endStatus',
  'startedAt',
  'endedAt',
  'ringSeconds',
  'talkSeconds',
];

/**
 * The numbers of a call that fit the layout, and the odd ones as they came. The provider may report what no call
 * can have (a negative duration, a time in the wrong unit): that must neither spoil the page's history nor end the
 * reading that met it.
 */
function oddNumbers(call: CallFacts): Partial<Record<NumberFact, number>> | undefined {
  let odd: Partial<Record<NumberFact, number>> | undefined;
  for (const name of NUMBER_FACTS) {
    const value = call[name];
    if (value !== undefined && !fits(value, NUMBER_MAX[name])) odd = { ...odd, [name]: value };
  }
  return odd;
}

function fits(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/** True where no number is odd: field by field, since looking them up by name took a tenth of the time that a call takes. */
function fitsWhole({ endStatus, startedAt, endedAt, ringSeconds, talkSeconds }: CallFacts): boolean {
  return (
    fits(endStatus ?? 0, NUMBER_MAX.endStatus) &&
    fits(startedAt ?? 0, NUMBER_MAX.startedAt) &&
    fits(endedAt ?? 0, NUMBER_MAX.endedAt) &&
    fits(ringSeconds ?? 0, NUMBER_MAX.ringSeconds) &&
    fits(talkSeconds ?? 0, NUMBER_MAX.talkSeconds)
  );
}

/** The call without its odd numbers, and those that are numbers at all. */
function withoutOdd(call: CallFacts): { readonly fitting: CallFacts; readonly odd: string | undefined } {
  const odd = oddNumbers(call) ?? {};
  const kept = Object.entries(odd).filter(([, value]) => Number.isFinite(value));
  const rest = Object.entries(call).filter(([name]) => !(name in odd));
  return {
    fitting: { ...Object.fromEntries(rest), sessionId: call.sessionId },
    odd: kept.length === 0 ? undefined : JSON.stringify(Object.fromEntries(kept)),
  };
}

/** Durations above this are nonsense that is kept, but not reckoned with. */
const DURATION_MAX = 2 ** 31;

function spoken(ringSeconds: number | undefined, talkSeconds: number | undefined): number {
  const sum = (ringSeconds ?? 0) + (talkSeconds ?? 0);
  return sum <= DURATION_MAX ? sum : 0;
}

export function packCall(block: BlockWriter, call: CallFacts, atSeconds: number): void {
  const uuid = call.sessionId.length === UUID_LENGTH && block.randomUuid(call.sessionId, 0);
  const { fitting, odd } = fitsWhole(call) ? { fitting: call, odd: undefined } : withoutOdd(call);
  const { endStatus, startedAt, endedAt, ringSeconds, talkSeconds } = fitting;
  block.varint(
    (call.recordMissing ? MISSING : 0) |
      (uuid ? UUID_SESSION : 0) |
      (endStatus === undefined ? 0 : END_STATUS) |
      (startedAt === undefined ? 0 : STARTED) |
      (endedAt === undefined ? 0 : ENDED) |
      (ringSeconds === undefined ? 0 : RING) |
      (talkSeconds === undefined ? 0 : TALK) |
      (call.hungUpSide === undefined ? 0 : SIDE) |
      (call.caller === undefined ? 0 : CALLER) |
      (call.keysPressed === undefined ? 0 : KEYS) |
      (call.recordingUrl === undefined ? 0 : RECORDING) |
      (odd === undefined ? 0 : ODD) |
      (call.keyLabels === undefined ? 0 : LABELS) |
      (call.transcriptUrl === undefined ? 0 : TRANSCRIPT) |
      (call.queue === undefined ? 0 : QUEUE) |
      (call.agent === undefined ? 0 : AGENT),
  );
  if (!uuid) block.text(call.sessionId);
  if (endStatus !== undefined) block.varint(endStatus);
  if (ringSeconds !== undefined) block.varint(ringSeconds);
  if (talkSeconds !== undefined) block.varint(talkSeconds);
  const started = startedAt === undefined ? atSeconds : Math.floor(startedAt / SECOND);
  if (startedAt !== undefined) block.signed(started - atSeconds);
  const silent = started + spoken(ringSeconds, talkSeconds);
  if (endedAt !== undefined) block.signed(Math.floor(endedAt / SECOND) - silent);
  if (call.hungUpSide !== undefined) block.sharedText(call.hungUpSide);
  if (call.caller !== undefined) block.sharedText(call.caller);
  if (call.keysPressed !== undefined) block.sharedText(call.keysPressed);
  if (call.recordingUrl !== undefined) packLink(block, call.recordingUrl, uuid ? call.sessionId : undefined);
  if (odd !== undefined) block.text(odd);
  if (call.keyLabels !== undefined) block.sharedText(JSON.stringify(call.keyLabels));
  if (call.transcriptUrl !== undefined)
    packLink(block, call.transcriptUrl, uuid ? call.sessionId : undefined);
  if (call.queue !== undefined) block.sharedText(call.queue);
  if (call.agent !== undefined) block.sharedText(call.agent);
}

export function unpackCall(block: BlockReader, atSeconds: number): CallFacts {
  const has = block.varint();
  const sessionId = has & UUID_SESSION ? block.randomUuid() : block.text();
  const endStatus = has & END_STATUS ? block.varint() : undefined;
  const ringSeconds = has & RING ? block.varint() : undefined;
  const talkSeconds = has & TALK ? block.varint() : undefined;
  const started = atSeconds + (has & STARTED ? block.signed() : 0);
  const ended = has & ENDED ? started + spoken(ringSeconds, talkSeconds) + block.signed() : undefined;
  return {
    sessionId,
    ...(endStatus !== undefined && { endStatus }),
    ...(has & STARTED && { startedAt: fromSeconds(started) }),
    ...(ended !== undefined && { endedAt: fromSeconds(ended) }),
    ...(ringSeconds !== undefined && { ringSeconds }),
    ...(talkSeconds !== undefined && { talkSeconds }),
    ...(has & SIDE && { hungUpSide: block.sharedText() }),
    ...(has & CALLER && { caller: block.sharedText() }),
    ...(has & KEYS && { keysPressed: block.sharedText() }),
    ...(has & RECORDING && { recordingUrl: unpackLink(block, sessionId) }),
    ...(has & MISSING && { recordMissing: true as const }),
    ...(has & ODD && (JSON.parse(block.text()) as Partial<CallFacts>)),
    ...(has & LABELS && { keyLabels: JSON.parse(block.sharedText()) as string[] }),
    ...(has & TRANSCRIPT && { transcriptUrl: unpackLink(block, sessionId) }),
    ...(has & QUEUE && { queue: block.sharedText() }),
    ...(has & AGENT && { agent: block.sharedText() }),
  };
}

/** A link without its identifiers is the same for most calls. Those go to the random bytes, the rest is shared. */
function packLink(block: BlockWriter, link: string, session: string | undefined): void {
  if (NOT_IN_LINKS.test(link)) {
    block.sharedText(VERBATIM + link);
    return;
  }
  // By hand: most links are 100 characters with two identifiers, and regular expressions took half of all the time.
  let rest = '';
  let done = 0;
  const cut = (from: number, to: number, mark: string): void => {
    rest += link.slice(done, from) + mark;
    done = to;
  };
  for (let at = 0; at < link.length; ) {
    const end = runEnd(link, at);
    if (end - at === 8 && session !== undefined && link.startsWith(session, at)) {
      cut(at, at + UUID_LENGTH, OWN_SESSION);
      at += UUID_LENGTH;
    } else if (end - at === 8 && block.randomUuid(link, at)) {
      cut(at, at + UUID_LENGTH, UUID_HERE);
      at += UUID_LENGTH;
    } else if (end - at >= DIGITS_MIN && end - at <= DIGITS_MAX && (end - at) % 2 === 0) {
      block.randomHex(link.slice(at, end));
      cut(at, end, `{${(end - at) / 2}}`);
      at = end;
    } else at = end + 1;
  }
  block.sharedText(rest + link.slice(done));
}

/** Where the hexadecimal digits end that begin at `at`; `at` itself where there are none. */
function runEnd(text: string, at: number): number {
  let end = at;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    const isDigit = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
    if (!isDigit) break;
  }
  return end;
}

function unpackLink(block: BlockReader, session: string): string {
  const rest = block.sharedText();
  if (rest.startsWith(VERBATIM)) return rest.slice(1);
  return rest.replace(PIECES, (piece: string, bytes: string | undefined) => {
    if (piece === OWN_SESSION) return session;
    return piece === UUID_HERE ? block.randomUuid() : block.randomHex(Number(bytes));
  });
}
