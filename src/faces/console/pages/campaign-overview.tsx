import type { CampaignDocument } from '../../documents.ts';
import type { StatisticsDocument } from '../api/documents.ts';
import { get } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { numberText, shareText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useLoad } from '../live/use-load.ts';
import { Legend, ShareBar } from '../parts/bar.tsx';
import { Panel } from '../parts/panel.tsx';
import { Shown } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { AttemptsOverTime } from './attempts-over-time.tsx';
import { CallersTable } from './callers-table.tsx';
import { countOf, finalCallees, nextDueAt, reachedCallees, stateShares } from './campaign-figures.ts';
import { campaignPath, type TabProps } from './campaign-place.ts';
import { DispositionsByAttempt } from './dispositions-by-attempt.tsx';
import { DueHistogram } from './due-histogram.tsx';
import { Flow } from './flow.tsx';

const EVERY_MS = 15_000;

function Stat(props: {
  readonly label: string;
  readonly value: string;
  readonly more?: string;
  readonly id: string;
}) {
  return (
    <div class="stat" data-stat={props.id}>
      <dt>{props.label}</dt>
      <dd>
        {props.value} {props.more !== undefined && <small>{props.more}</small>}
      </dd>
    </div>
  );
}

function KeyFigures({
  campaign,
  zone,
}: {
  readonly campaign: CampaignDocument;
  readonly zone: string | undefined;
}) {
  const answered = countOf(campaign, 'answered');
  const reached = reachedCallees(campaign);
  const share = t('figures.ofReached', { share: shareText(answered, reached) });
  return (
    <dl class="stats">
      <Stat id="callees" label={t('figures.callees')} value={numberText(campaign.callees)} />
      <Stat
        id="done"
        label={t('figures.done')}
        value={numberText(finalCallees(campaign))}
        more={shareText(finalCallees(campaign), campaign.callees)}
      />
      <Stat
        id="answered"
        label={t('figures.answered')}
        value={numberText(answered)}
        {...(reached > 0 && { more: share })}
      />
      <Stat
        id="calling"
        label={t('figures.inProgress')}
        value={numberText(countOf(campaign, 'batched', 'calling', 'missed'))}
      />
      <Stat id="attempts" label={t('figures.attempts')} value={numberText(campaign.attempts)} />
      <div class="stat">
        <dt>{t('campaigns.nextDue')}</dt>
        <dd>
          <small>
            <Time at={nextDueAt(campaign)} zone={zone} hasDistance />
          </small>
        </dd>
      </div>
    </dl>
  );
}

/** One line per callee, as far as they have come. It shows numbers, so viewers have none. */
function ReportLink({ id }: { readonly id: string }) {
  return (
    <a class="button small" href={campaignPath(id, 'report.csv')}>
      {t('campaign.report')}
    </a>
  );
}

export function OverviewTab({ campaign, zone }: TabProps) {
  const path = campaignPath(campaign.id, 'statistics');
  const statistics = useLoad(path, (signal) => get<StatisticsDocument>(path, signal), EVERY_MS);
  const shares = stateShares(campaign);
  const hasReport = isOperator.value && campaign.callees > 0;
  return (
    <>
      <KeyFigures campaign={campaign} zone={zone} />
      <Panel title={t('flow.title')} aside={hasReport && <ReportLink id={campaign.id} />}>
        <ShareBar parts={shares} total={campaign.callees} label={t('campaigns.progress')} isThick />
        <Legend parts={shares} total={campaign.callees} />
        <Flow campaign={campaign} />
      </Panel>
      <div class="halves">
        <Panel title={t('chart.attempts')}>
          <Shown of={statistics}>{({ hours }) => <AttemptsOverTime hours={hours} zone={zone} />}</Shown>
        </Panel>
        <Panel title={t('chart.due')}>
          <DueHistogram campaign={campaign} zone={zone} />
        </Panel>
        <Panel title={t('chart.byAttempt')}>
          <Shown of={statistics}>{({ byAttempt }) => <DispositionsByAttempt byAttempt={byAttempt} />}</Shown>
        </Panel>
        <Panel title={t('callers.title')}>
          <Shown of={statistics}>{({ callers }) => <CallersTable callers={callers} />}</Shown>
        </Panel>
      </div>
    </>
  );
}
