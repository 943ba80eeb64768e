import { useState } from 'preact/hooks';
import type { CampaignDocument } from '../../documents.ts';
import { type Problem, request } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { t } from '../i18n/translate.ts';
import { go, route, to } from '../live/route.ts';
import { asProblem } from '../live/use-load.ts';
import { TextArea, TextField } from '../parts/field.tsx';
import { FileDrop } from '../parts/file-drop.tsx';
import { Page } from '../parts/page.tsx';
import { Panel } from '../parts/panel.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { Empty, Failure } from '../parts/states.tsx';
import { say } from '../parts/toast.tsx';
import { campaignFile, NEW_DRAFT, parsedFile } from './campaign-draft.ts';
import { CampaignForm } from './campaign-form.tsx';
import { campaignPath } from './campaign-place.ts';

interface Creator {
  readonly problem: Problem | undefined;
  readonly isBusy: boolean;
  create(id: string, file: unknown): Promise<void>;
  fail(problem: Problem): void;
}

/** Stores a campaign and goes to where its list is uploaded. */
function useCreator(): Creator {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  return {
    problem,
    isBusy,
    fail: setProblem,
    async create(id, file) {
      setBusy(true);
      setProblem(undefined);
      try {
        await request<CampaignDocument>('PUT', campaignPath(id), { body: file });
        say(t('new.made', { id }));
        go(['campaigns', id, 'imports']);
      } catch (error) {
        setProblem(asProblem(error));
        setBusy(false);
      }
    },
  };
}

/** What is wrong, and the button that both ways end with. */
function FormFoot({ problem, isBusy }: Pick<Creator, 'problem' | 'isBusy'>) {
  return (
    <>
      {problem !== undefined && <Failure problem={problem} />}
      <div class="actions">
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? t('state.working') : t('new.create')}
        </button>
      </div>
    </>
  );
}

function FromForm() {
  const [draft, setDraft] = useState(NEW_DRAFT);
  const { problem, isBusy, create } = useCreator();
  const submit = (event: Event): void => {
    event.preventDefault();
    void create(draft.id.trim(), campaignFile(draft));
  };
  return (
    <form class="form" onSubmit={submit}>
      <CampaignForm draft={draft} onChange={setDraft} />
      <details>
        <summary>{t('new.preview')}</summary>
        <ScrollBox label={t('new.preview')}>
          <pre>{JSON.stringify(campaignFile(draft), null, 2)}</pre>
        </ScrollBox>
      </details>
      <FormFoot problem={problem} isBusy={isBusy} />
    </form>
  );
}

/** The id that a file's name suggests: `spring.campaign.json` is `spring`. */
function suggestedId(fileName: string): string {
  return fileName
    .toLowerCase()
    .replace(/\.(campaign\.)?json$/, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 48);
}

function FromFile() {
  const [id, setId] = useState('');
  const [text, setText] = useState('');
  const { problem, isBusy, create, fail } = useCreator();
  const take = async (file: File): Promise<void> => {
    setText(await file.text());
    if (id === '') setId(suggestedId(file.name));
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    try {
      void create(id.trim(), parsedFile(text));
    } catch (error) {
      fail(asProblem(error));
    }
  };
  return (
    <form class="form" onSubmit={submit}>
      <FileDrop label={t('new.dropFile')} hint={t('new.dropFileHint')} accept=".json" onFile={take} />
      <TextField label={t('new.id')} value={id} onInput={setId} hint={t('new.idHint')} isRequired />
      <TextArea label={t('new.file')} value={text} onInput={setText} isCode isRequired />
      <FormFoot problem={problem} isBusy={isBusy} />
    </form>
  );
}

export function NewCampaignPage() {
  const isFile = route.value.query.from === 'file';
  const crumbs = [{ label: t('nav.campaigns'), href: to(['campaigns']) }];
  if (!isOperator.value) {
    return (
      <Page title={t('campaigns.create')} crumbs={crumbs}>
        <Empty title={t('new.operatorsOnly')} />
      </Page>
    );
  }
  return (
    <Page title={t('campaigns.create')} crumbs={crumbs}>
      <nav class="tabs" aria-label={t('new.how')}>
        <a href={to(['campaigns', 'new'])} aria-current={isFile ? undefined : 'page'}>
          {t('new.fromForm')}
        </a>
        <a href={to(['campaigns', 'new'], { from: 'file' })} aria-current={isFile ? 'page' : undefined}>
          {t('new.fromFile')}
        </a>
      </nav>
      <Panel title={isFile ? t('new.fromFile') : t('new.fromForm')}>
        {isFile ? <FromFile /> : <FromForm />}
      </Panel>
    </Page>
  );
}
