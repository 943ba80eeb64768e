import { useEffect } from 'preact/hooks';
import type { SessionDocument } from './api/documents.ts';
import { Problem, request } from './api/request.ts';
import { mayHaveSession, session, signedIn, signedOut } from './api/session.ts';
import { Frame } from './frame.tsx';
import { t } from './i18n/translate.ts';
import { route, to } from './live/route.ts';
import { AttentionPage } from './pages/attention.tsx';
import { AuditPage } from './pages/audit.tsx';
import { CalleePage } from './pages/callee.tsx';
import { CampaignPage } from './pages/campaign.tsx';
import { CampaignsPage } from './pages/campaigns.tsx';
import { KeysPage } from './pages/keys.tsx';
import { NewCampaignPage } from './pages/new-campaign.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { SuppressionPage } from './pages/suppression.tsx';
import { TrailPage } from './pages/trail.tsx';
import { WebhooksPage } from './pages/webhooks.tsx';
import { Page } from './parts/page.tsx';
import { Empty, Loading } from './parts/states.tsx';
import { Toasts } from './parts/toast.tsx';

/** How long until the server is asked again who is signed in, where it did not answer. */
const AGAIN_MS = 3_000;

/** Asks who is signed in; while the server is away, again and again. */
function useSession(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        signedIn((await request<SessionDocument>('GET', '/v1/session')).data);
      } catch (error) {
        if (error instanceof Problem && error.status === 401) signedOut();
        else timer = setTimeout(ask, AGAIN_MS);
      }
    };
    if (mayHaveSession()) void ask();
    else signedOut();
    return () => clearTimeout(timer);
  }, []);
}

function NothingHere() {
  return (
    <Page title={t('page.missing')}>
      <Empty title={t('page.missing')}>
        <a href={to(['campaigns'])}>{t('nav.campaigns')}</a>
      </Empty>
    </Page>
  );
}

function CurrentPage() {
  const [first = 'campaigns', second, third, fourth] = route.value.path;
  if (first === 'campaigns') {
    if (second === undefined) return <CampaignsPage />;
    if (second === 'new') return <NewCampaignPage />;
    if (third === 'callees' && fourth !== undefined) {
      return <CalleePage key={`${second}/${fourth}`} campaign={second} callee={fourth} />;
    }
    return <CampaignPage key={second} id={second} tab={third ?? 'overview'} />;
  }
  if (first === 'attention') return <AttentionPage />;
  if (first === 'suppression') return <SuppressionPage key={second} list={second} />;
  if (first === 'webhooks') return <WebhooksPage />;
  if (first === 'keys') return <KeysPage />;
  if (first === 'trail') return <TrailPage />;
  if (first === 'audit') return <AuditPage />;
  return <NothingHere />;
}

/** The console: nothing until the server says who is signed in, then the sign-in page or the page of the address. */
export function Console() {
  useSession();
  if (session.value === undefined) return <Loading />;
  return (
    <>
      {session.value === null ? (
        <SignInPage />
      ) : (
        <Frame>
          <CurrentPage />
        </Frame>
      )}
      <Toasts />
    </>
  );
}
