import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { AttentionItem } from './api/documents.ts';
import { get, request } from './api/request.ts';
import { isOperator, may, session, signedOut } from './api/session.ts';
import { numberText } from './i18n/format.ts';
import { language, switchLanguage, t } from './i18n/translate.ts';
import { attentionChanges } from './live/changes.ts';
import { feedState } from './live/feed.ts';
import { route, to } from './live/route.ts';
import { switchTheme, theme } from './live/theme.ts';
import { useLoad } from './live/use-load.ts';
import { sayFault } from './parts/toast.tsx';

const ATTENTION_EVERY_MS = 30_000;

async function signOut(): Promise<void> {
  try {
    await request('DELETE', '/v1/session');
    signedOut();
  } catch (error) {
    sayFault(error);
  }
}

/** Language and theme, also on the sign-in page. */
export function Switches() {
  return (
    <>
      <button
        type="button"
        class="button small"
        onClick={switchLanguage}
        lang={language.value === 'en' ? 'zh' : 'en'}
      >
        {language.value === 'en' ? '中文' : 'English'}
      </button>
      <button type="button" class="button small" onClick={switchTheme}>
        {theme.value === 'dark' ? t('theme.light') : t('theme.dark')}
      </button>
    </>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="10" />
      <circle cx="16" cy="6" r="3" />
    </svg>
  );
}

function AttentionCount() {
  const { data, reload } = useLoad(
    'attention',
    (signal) => get<AttentionItem[]>('/v1/attention', signal),
    ATTENTION_EVERY_MS,
  );
  const changes = attentionChanges.value;
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  if (data === undefined || data.length === 0) return null;
  return (
    <span class="pill tone-red">
      {numberText(data.length)}
      <span class="hidden-text">{t('nav.attentionCount', { n: data.length })}</span>
    </span>
  );
}

function Navigation() {
  const here = route.value.path[0] ?? 'campaigns';
  const link = (page: string, label: string, more?: ComponentChildren) => (
    <li key={page}>
      <a href={to([page])} aria-current={here === page ? 'page' : undefined}>
        {label}
        {more}
      </a>
    </li>
  );
  return (
    <nav class="nav" aria-label={t('nav.main')}>
      <ul>
        {link('campaigns', t('nav.campaigns'))}
        {link('attention', t('nav.attention'), <AttentionCount />)}
        {link('suppression', t('nav.suppression'))}
        {isOperator.value && link('trail', t('nav.trail'))}
        {link('audit', t('nav.audit'))}
        {may('admin') && link('webhooks', t('nav.webhooks'))}
        {may('admin') && link('keys', t('nav.keys'))}
        <li>
          <a href="/queues">{t('nav.queues')}</a>
        </li>
        <li>
          <a href="/docs">{t('nav.docs')}</a>
        </li>
      </ul>
    </nav>
  );
}

/** Whether what is shown follows the server by itself; pages without a stream say nothing. */
export function LiveNote() {
  const state = feedState.value;
  const look = state === 'live' ? 'live on' : state === 'offline' ? 'live off' : 'live';
  return (
    <span class={look} role="status" data-feed={state}>
      {t(`feed.${state}`)}
    </span>
  );
}

/** Navigation beside the page. */
export function Frame({ children }: { readonly children: ComponentChildren }) {
  // No link: what follows the hash is the page.
  const toContent = (): void => document.getElementById('content')?.focus();
  const { path, query } = route.value;
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={toContent}>
        {t('nav.skip')}
      </button>
      <header class="side">
        <a class="brand" href={to(['campaigns'])}>
          <Mark />
          Ringmaster
        </a>
        <Navigation />
        <div class="side-foot">
          <span class="small muted">
            {session.value?.name} · {session.value && t(`role.${session.value.role}`)}
          </span>
          <div class="row">
            <Switches />
            <button type="button" class="button small" onClick={signOut}>
              {t('session.signOut')}
            </button>
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} data-page={decodeURIComponent(to(path, query).slice(2))}>
        {children}
      </main>
    </div>
  );
}
