import { useState } from 'preact/hooks';
import type { SessionDocument } from '../api/documents.ts';
import { type Problem, request } from '../api/request.ts';
import { sessionEnded, signedIn } from '../api/session.ts';
import { Mark, Switches } from '../frame.tsx';
import { problemTitle } from '../i18n/problem-words.ts';
import { t } from '../i18n/translate.ts';
import { asProblem } from '../live/use-load.ts';
import { TextField } from '../parts/field.tsx';

function wrongText(problem: Problem): string {
  return problem.status === 401 ? t('session.wrongKey') : problemTitle(problem);
}

/** Exchanges an API key for a session. The key goes to the server once and is forgotten here. */
export function SignInPage() {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const signIn = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { data } = await request<SessionDocument>('POST', '/v1/session', { body: { key: key.trim() } });
      signedIn(data);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void signIn();
  };
  return (
    <main class="sign-in">
      <form class="panel" onSubmit={submit}>
        <span class="brand">
          <Mark />
          Ringmaster
        </span>
        <h1>{t('session.title')}</h1>
        {sessionEnded.value && <p role="status">{t('session.ended')}</p>}
        <TextField
          label={t('session.key')}
          type="password"
          value={key}
          onInput={setKey}
          autoComplete="current-password"
          hint={t('session.keyHint')}
          wrong={problem === undefined ? undefined : wrongText(problem)}
          isRequired
        />
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? t('state.working') : t('session.signIn')}
        </button>
        <div class="row">
          <Switches />
        </div>
      </form>
    </main>
  );
}
