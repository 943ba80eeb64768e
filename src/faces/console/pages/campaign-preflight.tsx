import type { PreflightDocument } from '../../../pipelines/preflight.ts';
import { get } from '../api/request.ts';
import { numberText } from '../i18n/format.ts';
import { assumptionText, limitText, problemSubject, problemWords } from '../i18n/preflight-words.ts';
import { t } from '../i18n/translate.ts';
import { useLoad } from '../live/use-load.ts';
import { Panel } from '../parts/panel.tsx';
import { Empty, Note, Shown } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { campaignPath, type TabProps } from './campaign-place.ts';

type Problem = PreflightDocument['errors'][number];

function ProblemNote(props: {
  readonly problem: Problem;
  readonly isError: boolean;
  readonly zone: string | undefined;
}) {
  const { problem, isError, zone } = props;
  const { text, remedy } = problemWords(problem, zone);
  return (
    <Note tone={isError ? 'red' : 'amber'}>
      <strong>
        {isError ? t('preflight.error') : t('preflight.warning')} {problemSubject(problem.code)}
      </strong>
      <span>{text}</span>
      <span>{t('preflight.remedy', { remedy })}</span>
    </Note>
  );
}

function Findings({
  report,
  zone,
}: {
  readonly report: PreflightDocument;
  readonly zone: string | undefined;
}) {
  return (
    <>
      {report.ok && (
        <Note tone="green">
          {report.warnings.length === 0 ? t('preflight.clear') : t('preflight.startable')}
        </Note>
      )}
      {report.errors.map((problem) => (
        <ProblemNote key={problem.text} problem={problem} zone={zone} isError />
      ))}
      {report.warnings.map((problem) => (
        <ProblemNote key={problem.text} problem={problem} zone={zone} isError={false} />
      ))}
    </>
  );
}

interface ForecastProps {
  readonly forecast: PreflightDocument['forecast'];
  readonly zone: string | undefined;
}

function Forecast({ forecast, zone }: ForecastProps) {
  const { callees, attempts, finishAt, limitedBy, neverFit, notReached, assumptions } = forecast;
  if (callees === 0) return <Empty title={t('preflight.noForecast')} />;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{t('preflight.callees')}</dt>
          <dd>{numberText(callees)}</dd>
        </div>
        <div>
          <dt>{t('figures.attempts')}</dt>
          <dd>
            <strong>{numberText(attempts.expected)}</strong>{' '}
            <span class="muted">{t('preflight.range', { from: attempts.from, to: attempts.to })}</span>
          </dd>
        </div>
        <div>
          <dt>{t('preflight.finish')}</dt>
          <dd>
            <strong>
              <Time at={finishAt.expected} zone={zone} hasDistance />
            </strong>
            <div class="muted small">
              <Time at={finishAt.from} zone={zone} /> – <Time at={finishAt.to} zone={zone} />
            </div>
          </dd>
        </div>
        <div>
          <dt>{t('preflight.limitedBy')}</dt>
          <dd>{limitText(limitedBy)}</dd>
        </div>
        <div>
          <dt>{t('preflight.neverFit')}</dt>
          <dd>{numberText(neverFit)}</dd>
        </div>
        <div>
          <dt>{t('preflight.notReached')}</dt>
          <dd>{numberText(notReached)}</dd>
        </div>
      </dl>
      {assumptions.length > 0 && (
        <details>
          <summary class="small">{t('preflight.assumptions')}</summary>
          <ul class="steps">
            {assumptions.map((one) => (
              <li key={one.code}>{assumptionText(one)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** Whether the campaign could start, and what it would come to: attempts, end, what limits it. */
export function PreflightTab({ campaign, zone }: TabProps) {
  const path = campaignPath(campaign.id, 'preflight');
  const preflight = useLoad(path, (signal) => get<PreflightDocument>(path, signal));
  return (
    <>
      <Panel title={t('preflight.checks')} aside={t('preflight.note')}>
        <Shown of={preflight}>{(report) => <Findings report={report} zone={zone} />}</Shown>
        <div>
          <button type="button" class="button small" onClick={preflight.reload}>
            {t('preflight.again')}
          </button>
        </div>
      </Panel>
      <Panel title={t('preflight.forecast')}>
        <Shown of={preflight}>{({ forecast }) => <Forecast forecast={forecast} zone={zone} />}</Shown>
      </Panel>
    </>
  );
}
