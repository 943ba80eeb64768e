/** Phone numbers between our form (E.164 digits as an exact integer) and the provider's (`0086...`, reference 2.1). */
import { assert } from '../../core/assert.ts';
import { parsePhone } from '../../core/phone.ts';

/** Fifteen digits are the most of E.164, and fit an exact integer. */
const E164_DIGITS = /^[1-9]\d{4,14}$/;

/** A callee's number as requests want it: "00" and the E.164 digits. */
export function providerNumber(number: number): string {
  assert(Number.isSafeInteger(number) && number > 0, 'a callee number is not a positive exact integer');
  return `00${number}`;
}

/** A caller as the operator wrote it, as requests want it: "+86..." becomes "0086...", anything else is the provider's own. */
export function providerCaller(caller: string): string {
  return caller.startsWith('+') ? `00${caller.slice(1)}` : caller;
}

/**
 * Our form of a number in any form the provider echoes (reference 3.2): "00" or "+" before the country code is
 * taken as it is, any other form is read as an import reads it. NaN when it is not a number.
 */
export function numberFromEcho(echo: string, region: string): number {
  const international = /^(?:00|\+)(\d+)$/.exec(echo.trim())?.[1];
  if (international !== undefined)
    return E164_DIGITS.test(international) ? Number(international) : Number.NaN;
  const parsed = parsePhone(echo, region);
  return parsed.ok ? Number(parsed.digits) : Number.NaN;
}

/** A caller for people: E.164 with "+" where it can be read, else as the provider gave it. */
export function callerForPeople(echo: string, region: string): string {
  const number = numberFromEcho(echo, region);
  return Number.isNaN(number) ? echo : `+${number}`;
}
