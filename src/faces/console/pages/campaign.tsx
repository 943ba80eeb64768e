import { useEffect, useRef, useState } from 'preact/hooks';
import type { CampaignDocument } from '../../documents.ts';
import { get } from '../api/request.ts';
import { LiveNote } from '../frame.tsx';
import { reasonSentence } from '../i18n/reason-words.ts';
import { t } from '../i18n/translate.ts';
import { followCampaigns } from '../live/feed.ts';
import { to } from '../live/route.ts';
import { type Loaded, useLoad } from '../live/use-load.ts';
import { Page } from '../parts/page.tsx';
import { StatePill } from '../parts/pill.tsx';
import { Note, Shown } from '../parts/states.tsx';
import { ZoneNote } from '../parts/time.tsx';
import { CampaignActions } from './campaign-actions.tsx';
import { BatchesTab } from './campaign-batches.tsx';
import { CalleesTab } from './campaign-callees.tsx';
import { ImportsTab } from './campaign-imports.tsx';
import { OverviewTab } from './campaign-overview.tsx';
import { campaignPath, type Settings, type TabProps, zoneOf } from './campaign-place.ts';
import { PreflightTab } from './campaign-preflight.tsx';
import { SettingsTab } from './campaign-settings.tsx';
import { CampaignTrailTab } from './campaign-trail.tsx';

const TABS = ['overview', 'callees', 'imports', 'batches', 'preflight', 'settings', 'trail'] as const;
type Tab = (typeof TABS)[number];

function isTab(text: string): text is Tab {
  return TABS.some((tab) => tab === text);
}

/**
 * The campaign as the stream tells, and as it is when asked for: `reload` shows at once what was just done, where the
 * stream would tell a second later.
 */
function useCampaign(id: string): Loaded<CampaignDocument> {
  const [newest, setNewest] = useState<CampaignDocument>();
  const told = useRef(0);
  const loaded = useLoad(campaignPath(id), async (signal) => {
    const before = told.current;
    const document = await get<CampaignDocument>(campaignPath(id), signal);
    // What was told meanwhile may be newer, and what is newer still will be told.
    if (told.current === before && !signal.aborted) setNewest(document);
    return document;
  });
  const isThere = loaded.data !== undefined;
  useEffect(() => {
    // A campaign that does not exist is not followed: the stream would be refused for ever.
    if (!isThere) return undefined;
    return followCampaigns(id, (document) => {
      told.current += 1;
      setNewest(document);
    });
  }, [id, isThere]);
  return newest === undefined ? loaded : { ...loaded, data: newest, problem: undefined, isLoading: false };
}

function Tabs({ id, tab }: { readonly id: string; readonly tab: Tab }) {
  return (
    <nav class="tabs" aria-label={t('campaign.tabs')}>
      {TABS.map((one) => (
        <a key={one} href={to(['campaigns', id, one])} aria-current={one === tab ? 'page' : undefined}>
          {t(`tab.${one}`)}
        </a>
      ))}
    </nav>
  );
}

function StateNote({ campaign }: { readonly campaign: CampaignDocument }) {
  const sentence = reasonSentence(campaign.reason, campaign.reasonText);
  if (campaign.state === 'blocked') {
    return (
      <Note tone="red">
        <strong>{t('campaign.blocked')}</strong>
        <span>{sentence}</span>
        {sentence !== campaign.reasonText && <span>{campaign.reasonText}</span>}
        <span>{t('campaign.blockedNext')}</span>
      </Note>
    );
  }
  if (campaign.state === 'draft' && campaign.callees === 0) {
    return (
      <Note tone="blue">
        <span>
          {t('campaign.draftEmpty')}{' '}
          <a href={to(['campaigns', campaign.id, 'imports'])}>{t('campaign.uploadList')}</a>
        </span>
      </Note>
    );
  }
  return sentence === '' ? null : <p class="muted">{sentence}</p>;
}

function TabBody({ tab, ...props }: TabProps & { readonly tab: Tab }) {
  if (tab === 'callees') return <CalleesTab {...props} />;
  if (tab === 'imports') return <ImportsTab {...props} />;
  if (tab === 'batches') return <BatchesTab {...props} />;
  if (tab === 'preflight') return <PreflightTab {...props} />;
  if (tab === 'settings') return <SettingsTab {...props} />;
  if (tab === 'trail') return <CampaignTrailTab {...props} />;
  return <OverviewTab {...props} />;
}

export function CampaignPage({ id, tab }: { readonly id: string; readonly tab: string }) {
  const loaded = useCampaign(id);
  const { data: settings, reload: reloadSettings } = useLoad(campaignPath(id, 'settings'), (signal) =>
    get<Settings>(campaignPath(id, 'settings'), signal),
  );
  const reload = (): void => {
    loaded.reload();
    reloadSettings();
  };
  const shownTab = isTab(tab) ? tab : 'overview';
  const { data } = loaded;
  return (
    <Page
      title={data?.name ?? id}
      crumbs={[{ label: t('nav.campaigns'), href: to(['campaigns']) }]}
      badge={
        data && (
          <>
            <span class="mono muted">{id}</span>
            <StatePill kind="campaign" state={data.state} />
            <LiveNote />
          </>
        )
      }
      actions={data && <CampaignActions campaign={data} onDone={loaded.reload} />}
    >
      <Shown of={loaded}>
        {(campaign) => (
          <>
            <StateNote campaign={campaign} />
            <Tabs id={id} tab={shownTab} />
            <TabBody
              tab={shownTab}
              campaign={campaign}
              settings={settings}
              zone={zoneOf(settings)}
              onChanged={reload}
            />
            <ZoneNote zone={zoneOf(settings)} />
          </>
        )}
      </Shown>
    </Page>
  );
}
