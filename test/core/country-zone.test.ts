import { describe, expect, test } from 'vitest';
import { resolveColumns } from '../../src/core/columns.ts';
import { zoneOfCountry, zonesOfNumbers } from '../../src/core/country-zone.ts';
import { parsePhone } from '../../src/core/phone.ts';
import { mapRow } from '../../src/core/row.ts';

describe('the time zone of a country', () => {
  test.each([
    ['GB', 'Europe/London'],
    ['HK', 'Asia/Hong_Kong'],
    ['SG', 'Asia/Singapore'],
    ['JP', 'Asia/Tokyo'],
    ['FR', 'Europe/Paris'],
    ['DE', 'Europe/Berlin'],
  ])('%s has one clock, that of %s', (country, zone) => {
    expect(zoneOfCountry(country)).toBe(zone);
    expect(zoneOfCountry(country)).toBe(zone);
  });

  test.each(['US', 'CA', 'RU', 'AU', 'BR', 'ES', 'CN'])('%s has several, so none counts', (country) => {
    expect(zoneOfCountry(country)).toBeUndefined();
  });

  test.each(['AC', 'ZZ', 'XK'])('%s is none that the runtime knows', (country) => {
    expect(zoneOfCountry(country)).toBeUndefined();
  });

  test("the campaign's own zone is not named again under another name", () => {
    expect(zonesOfNumbers('Asia/Kolkata')('IN')).toBeUndefined();
    expect(zonesOfNumbers('Europe/London')('GB')).toBeUndefined();
    expect(zonesOfNumbers('Asia/Shanghai')('GB')).toBe('Europe/London');
  });
});

describe('the zone of a row', () => {
  const resolved = resolveColumns(['phone', 'tz'], { timeZone: 'tz' });
  if (!resolved.ok) throw new Error(resolved.message);
  const zoneOf = (number: string, named: string, zoneOfCountry = zonesOfNumbers('Asia/Shanghai')) => {
    const row = mapRow(resolved.columns, [number, named], {
      region: 'CN',
      uuiBytesMax: 1_024,
      zoneOfCountry,
    });
    return row.ok ? row.zone : row.code;
  };

  test.each([
    ['the column goes first', '+442071838750', 'Asia/Tokyo', 'Asia/Tokyo'],
    ['else the country of the number', '+442071838750', '', 'Europe/London'],
    ['also for a number written with 00', '00442071838750', '', 'Europe/London'],
    ["a country of several clocks leaves the campaign's", '+12025550123', '', undefined],
    ['so does a mobile number of China', '13800138000', '', undefined],
    ['and a landline', '010-62345678', '', undefined],
    [
      'a column that names none is refused, whatever the number',
      '+442071838750',
      'Mars',
      'time_zone_unknown',
    ],
  ])('%s', (_, number, named, expected) => {
    expect(zoneOf(number, named)).toBe(expected);
  });

  test('a campaign that says so leaves every row its own zone', () => {
    const row = mapRow(resolved.columns, ['+442071838750', ''], { region: 'CN', uuiBytesMax: 1_024 });
    expect(row.ok && row.zone).toBeUndefined();
  });

  test('a number that belongs to no country has no zone of its own', () => {
    const phone = parsePhone('+80012345678', 'CN');
    expect(phone).toMatchObject({ ok: true });
    expect(phone.ok && phone.country).toBeUndefined();
  });
});
