import type { StatisticsDocument } from '../api/documents.ts';
import { ownZone } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { Chart } from '../parts/chart.tsx';
import { Empty } from '../parts/states.tsx';

const HOUR = 3_600_000;
/** Bars drawn at most: of longer campaigns the latest days. */
const BARS_MAX = 96;

/** Attempts per hour, and of these the answered, in front. Hours without a call are drawn as such. */
export function AttemptsOverTime(props: {
  readonly hours: StatisticsDocument['hours'];
  readonly zone: string | undefined;
}) {
  const { hours } = props;
  if (hours.length === 0) return <Empty title={t('chart.noAttempts')} />;
  const byTime = new Map(hours.map((hour) => [Date.parse(hour.at), hour]));
  const times = [...byTime.keys()];
  const last = Math.max(...times);
  const first = Math.max(Math.min(...times), last - (BARS_MAX - 1) * HOUR);
  const bars = Math.max(Math.round((last - first) / HOUR) + 1, 6);
  const drawn = Array.from({ length: bars }, (_, index) => last - (bars - 1 - index) * HOUR);
  return (
    <Chart
      title={t('chart.attempts')}
      times={drawn}
      stepMs={HOUR}
      zone={props.zone ?? ownZone}
      series={[
        {
          label: t('figures.attempts'),
          colour: '--grey-fill',
          values: drawn.map((at) => byTime.get(at)?.attempts ?? 0),
        },
        {
          label: t('figures.answered'),
          colour: '--green-fill',
          values: drawn.map((at) => byTime.get(at)?.answered ?? 0),
        },
      ]}
    />
  );
}
