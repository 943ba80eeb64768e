import type { CampaignDocument } from '../../documents.ts';
import type { DueBucket } from '../api/documents.ts';
import { get } from '../api/request.ts';
import { now, numberText, ownZone } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useLoad } from '../live/use-load.ts';
import { Chart } from '../parts/chart.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { campaignPath } from './campaign-place.ts';

const MINUTE = 60_000;
/** Widths that a bar may have; the first is taken with which all that waits fits into the bars there are. */
const STEPS = [15 * MINUTE, 60 * MINUTE, 4 * 60 * MINUTE, 24 * 60 * MINUTE];
const BARS = 24;
const EVERY_MS = 15_000;

interface Plan {
  readonly atOnce: number;
  readonly times: readonly number[];
  readonly callees: readonly number[];
  readonly stepMs: number;
  readonly later: number;
}

/** Sorts buckets into bars of equal width from `from` on. */
function planned(buckets: readonly DueBucket[], from: number): Plan {
  const due = buckets.map(({ at, callees }) => ({ at: at === null ? 0 : Date.parse(at), callees }));
  const ahead = due.filter(({ at }) => at > from);
  const last = ahead.reduce((most, { at }) => Math.max(most, at), from);
  const stepMs = STEPS.find((step) => (last - from) / step < BARS - 1) ?? STEPS.at(-1) ?? MINUTE;
  const start = Math.floor(from / stepMs) * stepMs;
  const callees = Array.from({ length: BARS }, () => 0);
  let later = 0;
  for (const one of ahead) {
    const bar = Math.floor((one.at - start) / stepMs);
    if (bar < BARS) callees[bar] = (callees[bar] ?? 0) + one.callees;
    else later += one.callees;
  }
  return {
    atOnce: due.filter(({ at }) => at <= from).reduce((sum, one) => sum + one.callees, 0),
    times: callees.map((_, bar) => start + bar * stepMs),
    callees,
    stepMs,
    later,
  };
}

/** How many callees may be called when, over the hours or days to come. */
export function DueHistogram(props: {
  readonly campaign: CampaignDocument;
  readonly zone: string | undefined;
}) {
  const path = campaignPath(props.campaign.id, 'due');
  const due = useLoad(path, (signal) => get<DueBucket[]>(path, signal), EVERY_MS);
  return (
    <Shown of={due}>
      {(buckets) => {
        if (buckets.every(({ callees }) => callees === 0)) return <Empty title={t('chart.noneDue')} />;
        const plan = planned(buckets, now.value);
        return (
          <>
            <p>
              {t('chart.atOnce')} <strong>{numberText(plan.atOnce)}</strong>
              {plan.later > 0 && (
                <>
                  {' · '}
                  {t('chart.later')} <strong>{numberText(plan.later)}</strong>
                </>
              )}
            </p>
            {plan.callees.some((callees) => callees > 0) && (
              <Chart
                title={t('chart.due')}
                times={plan.times}
                stepMs={plan.stepMs}
                zone={props.zone ?? ownZone}
                series={[{ label: t('figures.dueCallees'), colour: '--violet-fill', values: plan.callees }]}
              />
            )}
          </>
        );
      }}
    </Shown>
  );
}
