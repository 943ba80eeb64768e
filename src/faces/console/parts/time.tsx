import { ownZone, relativeText, timeText, zoneText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';

/** A time in a zone, with its distance where asked; hovering shows it in UTC. Null is a dash. */
export function Time(props: {
  readonly at: string | null | undefined;
  readonly zone?: string | undefined;
  readonly hasDistance?: boolean;
  readonly hasSeconds?: boolean;
}) {
  const { at, zone = ownZone } = props;
  if (at === null || at === undefined) return <span>–</span>;
  return (
    <time dateTime={at} title={at}>
      <span class="once">{timeText(at, zone, props.hasSeconds)}</span>
      {props.hasDistance && <span class="muted"> ({relativeText(at)})</span>}
    </time>
  );
}

/** Says in whose time a page speaks. */
export function ZoneNote({ zone }: { readonly zone?: string | undefined }) {
  return (
    <p class="small muted">
      {zone === undefined
        ? t('time.ownZone', { zone: zoneText(ownZone) })
        : t('time.campaignZone', { zone: zoneText(zone) })}
    </p>
  );
}
