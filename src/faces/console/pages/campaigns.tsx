import { useEffect, useState } from 'preact/hooks';
import type { CampaignDocument } from '../../documents.ts';
import { query } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { LiveNote } from '../frame.tsx';
import { numberText, shareText } from '../i18n/format.ts';
import { reasonSentence } from '../i18n/reason-words.ts';
import { CAMPAIGN_STATES, stateWord } from '../i18n/state-words.ts';
import { t } from '../i18n/translate.ts';
import { followCampaigns } from '../live/feed.ts';
import { to } from '../live/route.ts';
import { usePages } from '../live/use-pages.ts';
import { ShareBar } from '../parts/bar.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Page } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { StatePill } from '../parts/pill.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { countOf, finalCallees, nextDueAt, reachedCallees, stateShares } from './campaign-figures.ts';

const TYPING_MS = 250;
const RELOAD_MS = 30_000;

function NameCell({ campaign }: { readonly campaign: CampaignDocument }) {
  const isStuck = campaign.state === 'blocked';
  return (
    <>
      <a href={to(['campaigns', campaign.id])}>
        <strong>{campaign.name}</strong>
      </a>{' '}
      <span class="muted mono">{campaign.id}</span>
      {isStuck && (
        <div class="small tone-text-red">{reasonSentence(campaign.reason, campaign.reasonText)}</div>
      )}
    </>
  );
}

function ProgressCell({ campaign }: { readonly campaign: CampaignDocument }) {
  if (campaign.callees === 0) return <span class="muted">{t('campaigns.noCallees')}</span>;
  return (
    <>
      <ShareBar parts={stateShares(campaign)} total={campaign.callees} label={t('campaigns.progress')} />
      <span class="small muted">
        {t('campaigns.doneOf', { done: finalCallees(campaign), total: campaign.callees })}
      </span>
    </>
  );
}

/** In the campaign's own zone, which is named beside it, since campaigns of many zones stand in one list. */
function Due({ campaign }: { readonly campaign: CampaignDocument }) {
  const at = nextDueAt(campaign);
  if (at === null) return <span>–</span>;
  return (
    <>
      <Time at={at} zone={campaign.timeZone} hasDistance />
      <div class="small muted">{campaign.timeZone}</div>
    </>
  );
}

function columns(): Column<CampaignDocument>[] {
  return [
    { key: 'name', head: t('campaigns.campaign'), cell: (one) => <NameCell campaign={one} /> },
    { key: 'state', head: t('column.state'), cell: (one) => <StatePill kind="campaign" state={one.state} /> },
    {
      key: 'progress',
      head: t('campaigns.progress'),
      isWide: true,
      cell: (one) => <ProgressCell campaign={one} />,
    },
    {
      key: 'answered',
      head: t('campaigns.answered'),
      isNumeric: true,
      cell: (one) => (
        <>
          {shareText(countOf(one, 'answered'), reachedCallees(one))}{' '}
          <span class="muted">({numberText(countOf(one, 'answered'))})</span>
        </>
      ),
    },
    {
      key: 'attention',
      head: t('campaigns.parked'),
      isNumeric: true,
      cell: (one) => {
        const parked = countOf(one, 'needs_attention');
        return parked === 0 ? '0' : <a href={to(['attention'])}>{numberText(parked)}</a>;
      },
    },
    {
      key: 'due',
      head: t('campaigns.nextDue'),
      isWide: true,
      cell: (one) => <Due campaign={one} />,
    },
  ];
}

function Filters(props: {
  readonly search: string;
  readonly state: string;
  readonly onSearch: (text: string) => void;
  readonly onState: (state: string) => void;
}) {
  const states = CAMPAIGN_STATES.map((value) => ({ value, label: stateWord('campaign', value).name }));
  return (
    <search class="columns">
      <TextField
        label={t('campaigns.search')}
        type="search"
        value={props.search}
        onInput={props.onSearch}
        placeholder={t('campaigns.searchHint')}
      />
      <SelectField
        label={t('column.state')}
        value={props.state}
        onInput={props.onState}
        choices={[{ value: '', label: t('filter.all') }, ...states]}
      />
    </search>
  );
}

/** The text once its writer pauses. */
function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** What the stream said since the list was read, by campaign. */
function useNewest(): ReadonlyMap<string, CampaignDocument> {
  const [newest, setNewest] = useState<ReadonlyMap<string, CampaignDocument>>(new Map());
  useEffect(
    () => followCampaigns(undefined, (one) => setNewest((before) => new Map(before).set(one.id, one))),
    [],
  );
  return newest;
}

export function CampaignsPage() {
  const [search, setSearch] = useState('');
  const [state, setState] = useState('');
  const settled = useSettled(search);
  const pages = usePages<CampaignDocument>(
    `/v1/campaigns${query({ search: settled.trim(), state, limit: 50 })}`,
    RELOAD_MS,
  );
  const newest = useNewest();
  const create = (
    <a class="button primary" href={to(['campaigns', 'new'])}>
      {t('campaigns.create')}
    </a>
  );
  const isFiltered = settled !== '' || state !== '';
  return (
    <Page title={t('nav.campaigns')} badge={<LiveNote />} actions={isOperator.value ? create : undefined}>
      <Filters search={search} state={state} onSearch={setSearch} onState={setState} />
      <Shown of={pages}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={isFiltered ? t('campaigns.noneFound') : t('campaigns.none')}>
              {!isFiltered && <p>{t('campaigns.noneHint')}</p>}
            </Empty>
          ) : (
            <div class="panel">
              <Table
                label={t('nav.campaigns')}
                columns={columns()}
                rows={data.map((one) => newest.get(one.id) ?? one)}
                rowKey={(one) => one.id}
              />
              <Pager {...pages.pager} />
            </div>
          )
        }
      </Shown>
      <p class="small muted">{t('campaigns.answeredNote')}</p>
      <p class="small muted">{t('campaigns.zoneNote')}</p>
    </Page>
  );
}
