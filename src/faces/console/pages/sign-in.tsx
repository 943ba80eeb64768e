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
  const signIn = async (given: string): Promise<void> => {
    setKey(given);
    setBusy(true);
    setProblem(undefined);
    try {
      const { data } = await request<SessionDocument>('POST', '/v1/session', { body: { key: given.trim() } });
      signedIn(data);
      // Somebody on their way to the queues or the documentation, who was stopped here.
      if (location.pathname !== '/') location.replace(location.pathname + location.search);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (isBusy || !(event.currentTarget instanceof HTMLFormElement)) return;
    // What stands in the field: a password manager may have put it there without a word to this page.
    const given = new FormData(event.currentTarget).get('key');
    void signIn(typeof given === 'string' ? given : key);
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
          name="key"
          value={key}
          onInput={setKey}
          autoComplete="current-password"
          hint={t('session.keyHint')}
          wrong={problem === undefined ? undefined : wrongText(problem)}
          isRequired
        />
        {/* Never disabled: a form whose button is sends nothing when Enter is pressed, and says nothing either. */}
        <button type="submit" class="button primary" aria-disabled={isBusy}>
          {isBusy ? t('state.working') : t('session.signIn')}
        </button>
        <div class="row">
          <Switches />
        </div>
      </form>
    </main>
  );
}
