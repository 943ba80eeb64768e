/** The time zone of a country with one clock, from the runtime's own data (Unicode CLDR), which ages with Node and not with us. */
import { DAY, type Instant } from './time.ts';
import { offsetAt } from './zone-clock.ts';

/** Zones of the two-letter country; none where the runtime knows none. Newer runtimes have it as a function. */
function zonesOf(country: string): readonly string[] {
  const locale: object = new Intl.Locale(`und-${country}`);
  let found: unknown;
  if ('getTimeZones' in locale && typeof locale.getTimeZones === 'function') found = locale.getTimeZones();
  else if ('timeZones' in locale) found = locale.timeZones;
  return Array.isArray(found) ? found.filter((zone) => typeof zone === 'string') : [];
}

/** Moments at which zones must show the same to be one clock: twice a month from 2020, for twenty years. */
const MOMENTS: readonly Instant[] = Array.from(
  { length: 480 },
  (_, half) => Date.UTC(2020, 0, 10) + half * 15 * DAY,
);

function isOneClock(zones: readonly string[]): boolean {
  const [first = '', ...others] = zones;
  return others.every((zone) => MOMENTS.every((at) => offsetAt(zone, at) === offsetAt(first, at)));
}

const kept = new Map<string, string | undefined>();

/**
 * The zone of a two-letter country all of which has one clock, such as Europe/London for GB; undefined for one with
 * several (US, and by this data CN), or that the runtime does not know. Zones that have differed in the past only
 * count as one: Germany's two do not differ today.
 */
export function zoneOfCountry(country: string): string | undefined {
  if (kept.has(country)) return kept.get(country);
  const zones = zonesOf(country);
  const zone = zones.length > 0 && isOneClock(zones) ? zones[0] : undefined;
  kept.set(country, zone);
  return zone;
}

const names = new Map<string, string>();

/** The runtime's own name of a zone, the same for all its spellings. Asked once per zone: it costs more than a row of a list. */
function canonicalName(zone: string): string {
  let name = names.get(zone);
  if (name === undefined) {
    name = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    names.set(zone, name);
  }
  return name;
}

/** As {@link zoneOfCountry}, but undefined too where that is the campaign's own zone under another name. */
export function zonesOfNumbers(campaignZone: string): (country: string) => string | undefined {
  const own = canonicalName(campaignZone);
  return (country) => {
    const zone = zoneOfCountry(country);
    return zone === undefined || canonicalName(zone) === own ? undefined : zone;
  };
}
