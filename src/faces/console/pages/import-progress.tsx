import { useEffect } from 'preact/hooks';
import type { CampaignDocument, ImportDocument } from '../../documents.ts';
import { get } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { t } from '../i18n/translate.ts';
import { to } from '../live/route.ts';
import { useLoad } from '../live/use-load.ts';
import { Panel } from '../parts/panel.tsx';
import { StatePill } from '../parts/pill.tsx';
import { Note, Shown } from '../parts/states.tsx';
import { RowSum } from './row-sum.tsx';

const EVERY_MS = 1_000;

function isOver({ state }: ImportDocument): boolean {
  return state === 'done' || state === 'failed';
}

/** What to do about the rows that were not taken, one step per kind that there is. */
function NextSteps({ one, campaign }: { readonly one: ImportDocument; readonly campaign: CampaignDocument }) {
  const errors = `/v1/imports/${encodeURIComponent(one.id)}/errors.csv`;
  const left = one.rejected + one.duplicate + one.suppressed;
  return (
    <>
      <h3>{t('imports.next')}</h3>
      <ul class="steps">
        {one.rejected > 0 && <li>{t('imports.nextRejected', { n: one.rejected })}</li>}
        {one.duplicate > 0 && (
          <li>
            {one.mode === 'update'
              ? t('imports.nextUpdated', { n: one.duplicate, updated: one.updated })
              : t('imports.nextDuplicate', { n: one.duplicate })}
          </li>
        )}
        {one.suppressed > 0 && <li>{t('imports.nextSuppressed', { n: one.suppressed })}</li>}
        {left === 0 && <li>{t('imports.nextAll')}</li>}
        {campaign.state === 'draft' && one.accepted > 0 && <li>{t('imports.nextStart')}</li>}
      </ul>
      <div class="actions">
        {left > 0 && isOperator.value && (
          <a class="button" href={errors} download={`${one.id}.errors.csv`}>
            {t('imports.errors')}
          </a>
        )}
        <a class="button" href={to(['campaigns', campaign.id, 'callees'])}>
          {t('imports.callees')}
        </a>
      </div>
    </>
  );
}

function Accounting({
  one,
  campaign,
}: {
  readonly one: ImportDocument;
  readonly campaign: CampaignDocument;
}) {
  return (
    <>
      <RowSum of={one} />
      {one.state === 'failed' && (
        <Note tone="red">
          <strong>{t('imports.failed')}</strong>
          <span>{one.reason}</span>
          <span>{t('imports.failedNext')}</span>
        </Note>
      )}
      {!isOver(one) && <p role="status">{t('imports.reading')}</p>}
      {isOver(one) && one.rows > 0 && <NextSteps one={one} campaign={campaign} />}
    </>
  );
}

/** One import as it is read, and its accounting at the end: what became of every row, and what to do next. */
export function ImportProgress(props: {
  readonly id: string;
  readonly campaign: CampaignDocument;
  readonly onEnd: () => void;
}) {
  const { id, onEnd } = props;
  const path = `/v1/imports/${encodeURIComponent(id)}`;
  const loaded = useLoad(path, (signal) => get<ImportDocument>(path, signal));
  const { data, reload } = loaded;
  const state = data?.state ?? '';
  useEffect(() => {
    if (state === 'done' || state === 'failed') {
      onEnd();
      return undefined;
    }
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [state, reload]);
  return (
    <Panel
      title={t('imports.one', { file: data?.fileName ?? id })}
      aside={data && <StatePill kind="import" state={data.state} />}
    >
      <Shown of={loaded}>{(one) => <Accounting one={one} campaign={props.campaign} />}</Shown>
    </Panel>
  );
}
