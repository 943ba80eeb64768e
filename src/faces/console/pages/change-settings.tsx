import { useState } from 'preact/hooks';
import type { CampaignDocument } from '../../documents.ts';
import { get, type Problem, request } from '../api/request.ts';
import { t } from '../i18n/translate.ts';
import { asProblem } from '../live/use-load.ts';
import { TextArea } from '../parts/field.tsx';
import { Panel } from '../parts/panel.tsx';
import { Failure } from '../parts/states.tsx';
import { say } from '../parts/toast.tsx';
import { parsedFile } from './campaign-draft.ts';
import { campaignPath } from './campaign-place.ts';

interface Props {
  readonly id: string;
  readonly onChanged: () => void;
}

/** The campaign file as it was put, to be changed and saved. It is read when somebody wants to, not with every page. */
export function ChangeSettings({ id, onChanged }: Props) {
  const [text, setText] = useState<string>();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    await work().catch((error: unknown) => setProblem(asProblem(error)));
    setBusy(false);
  };
  const open = (): Promise<void> =>
    attempt(async () => setText(JSON.stringify(await get<unknown>(campaignPath(id, 'file')), null, 2)));
  const save = (): Promise<void> =>
    attempt(async () => {
      const body = parsedFile(text ?? '');
      await request<CampaignDocument>('PUT', `${campaignPath(id)}?update=true`, { body });
      say(t('settings.saved', { id }));
      setText(undefined);
      onChanged();
    });
  const submit = (event: Event): void => {
    event.preventDefault();
    void save();
  };
  return (
    <Panel title={t('settings.change')}>
      <p class="muted">{t('settings.changeNote')}</p>
      {text === undefined ? (
        <>
          {problem !== undefined && <Failure problem={problem} />}
          <div>
            <button type="button" class="button" onClick={() => void open()} disabled={isBusy}>
              {t('settings.change')}
            </button>
          </div>
        </>
      ) : (
        <form class="form" onSubmit={submit}>
          <TextArea label={t('new.file')} value={text} onInput={setText} rows={20} isCode isRequired />
          {problem !== undefined && <Failure problem={problem} />}
          <div class="actions">
            <button type="button" class="button" onClick={() => setText(undefined)}>
              {t('dialog.cancel')}
            </button>
            <button type="submit" class="button primary" disabled={isBusy}>
              {isBusy ? t('state.working') : t('settings.save')}
            </button>
          </div>
        </form>
      )}
    </Panel>
  );
}
