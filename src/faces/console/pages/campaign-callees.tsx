import { useState } from 'preact/hooks';
import type { CalleeLine } from '../../documents.ts';
import { type Problem, query } from '../api/request.ts';
import { DISPOSITION_WORDS, dispositionText } from '../i18n/call-words.ts';
import { numberText } from '../i18n/format.ts';
import { reasonSentence } from '../i18n/reason-words.ts';
import { CALLEE_ORDER, stateWord } from '../i18n/state-words.ts';
import { t } from '../i18n/translate.ts';
import { go, route, to } from '../live/route.ts';
import { asProblem } from '../live/use-load.ts';
import { usePages } from '../live/use-pages.ts';
import { SelectField, TextField } from '../parts/field.tsx';
import { Pager } from '../parts/pager.tsx';
import { StatePill } from '../parts/pill.tsx';
import { Empty, Failure, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { campaignPath, findCallee, type TabProps } from './campaign-place.ts';

const EVERY_MS = 20_000;

/** Opens the callee that was named by number, row or id, whichever it looks like; its page has its id for an address. */
function FindCallee({ campaign }: { readonly campaign: string }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const find = async (): Promise<void> => {
    const wanted = text.trim().replace(/[\s()-]+(?=\d)/g, (gap) => (/^-+$/.test(gap) ? gap : ''));
    const row = /^(?:row|行|#)\s*:?\s*(\d+)$/i.exec(wanted)?.[1];
    if (wanted === '') return;
    setProblem(undefined);
    try {
      const { id } = await findCallee(campaign, row === undefined ? wanted : `row:${row}`);
      go(['campaigns', campaign, 'callees', id]);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void find();
  };
  return (
    <>
      <form class="row" onSubmit={submit}>
        <TextField
          label={t('callees.find')}
          type="search"
          value={text}
          onInput={setText}
          placeholder="13800138000 · row 12"
          hint={t('callees.findHint')}
        />
        <button type="submit" class="button primary">
          {t('callees.open')}
        </button>
      </form>
      {problem !== undefined && <Failure problem={problem} />}
    </>
  );
}

function columns(campaign: string, zone: string | undefined): Column<CalleeLine>[] {
  return [
    {
      key: 'callee',
      head: t('column.callee'),
      cell: (one) => (
        <a class="mono" href={to(['campaigns', campaign, 'callees', one.id])}>
          {one.callee}
        </a>
      ),
    },
    { key: 'row', head: t('column.row'), isNumeric: true, cell: (one) => numberText(one.row) },
    { key: 'state', head: t('column.state'), cell: (one) => <StatePill kind="callee" state={one.state} /> },
    { key: 'reason', head: t('column.reason'), isWide: true, cell: (one) => reasonSentence(one.reason, '') },
    {
      key: 'disposition',
      head: t('column.lastDisposition'),
      cell: (one) => (one.disposition === null ? '–' : dispositionText(one.disposition)),
    },
    {
      key: 'attempts',
      head: t('figures.attempts'),
      isNumeric: true,
      cell: (one) => numberText(one.attempts),
    },
    {
      key: 'next',
      head: t('column.nextAttempt'),
      cell: (one) => <Time at={one.nextAttemptAt} zone={zone} hasDistance />,
    },
  ];
}

export function CalleesTab({ campaign, zone }: TabProps) {
  const { state = '', disposition = '' } = route.value.query;
  const path = campaignPath(campaign.id, 'callees');
  const pages = usePages<CalleeLine>(`${path}${query({ state, disposition, limit: 50 })}`, EVERY_MS);
  const choose = (change: Readonly<Record<string, string>>): void =>
    go(['campaigns', campaign.id, 'callees'], { state, disposition, ...change });
  const all = { value: '', label: t('filter.all') };
  const states = CALLEE_ORDER.map((value) => ({
    value,
    label: `${stateWord('callee', value).name} (${numberText(campaign.counts[value] ?? 0)})`,
  }));
  const endings = DISPOSITION_WORDS.filter(
    (name) => (campaign.dispositions[name] ?? 0) > 0 || name === disposition,
  );
  return (
    <div class="panel">
      <FindCallee campaign={campaign.id} />
      <div class="columns">
        <SelectField
          label={t('column.state')}
          value={state}
          onInput={(value) => choose({ state: value })}
          choices={[all, ...states]}
        />
        <SelectField
          label={t('column.lastDisposition')}
          value={disposition}
          onInput={(value) => choose({ disposition: value })}
          choices={[all, ...endings.map((value) => ({ value, label: dispositionText(value) }))]}
        />
      </div>
      <Shown of={pages}>
        {({ data }) => (
          <>
            {data.length === 0 ? (
              <Empty title={t('callees.none')} />
            ) : (
              <Table
                label={t('tab.callees')}
                columns={columns(campaign.id, zone)}
                rows={data}
                rowKey={(one) => one.id}
              />
            )}
            <Pager {...pages.pager} />
          </>
        )}
      </Shown>
    </div>
  );
}
