import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/request.ts';
import { problemSubject, problemWords } from '../i18n/preflight-words.ts';
import { problemDetail, problemTitle } from '../i18n/problem-words.ts';
import type { Tone } from '../i18n/state-words.ts';
import { t } from '../i18n/translate.ts';
import type { Loaded } from '../live/use-load.ts';

export function Loading() {
  return (
    <div role="status">
      <span class="hidden-text">{t('state.loading')}</span>
      <div class="skeleton" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
    </div>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Note({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <div class={`note tone-${tone}`}>{children}</div>;
}

/** What went wrong, what the server says about it, and a way to try again. */
export function Failure({ problem, retry }: { readonly problem: Problem; readonly retry?: () => void }) {
  const detail = problemDetail(problem);
  return (
    <div class="note tone-red" role="alert">
      <strong>{problemTitle(problem)}</strong>
      {detail !== '' && detail.split('\n').map((line) => <span key={line}>{line}</span>)}
      {problem.places.length > 0 && (
        <ul>
          {problem.places.map((place) => (
            <li key={place}>{place}</li>
          ))}
        </ul>
      )}
      {problem.findings.map((finding) => {
        const { text, remedy } = problemWords(finding);
        return (
          <span key={finding.text}>
            <strong>{problemSubject(finding.code)}:</strong> {text}. {t('preflight.remedy', { remedy })}
          </span>
        );
      })}
      {problem.fields.length > 0 && <span>{t('problem.fields', { fields: problem.fields.join(', ') })}</span>}
      {retry !== undefined && (
        <div>
          <button type="button" class="button small" onClick={retry}>
            {t('state.retry')}
          </button>
        </div>
      )}
    </div>
  );
}

/** Loading, failed, or what was loaded; a failure after that stands above what is still shown. */
export function Shown<T>(props: {
  readonly of: Loaded<T>;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, problem, reload } = props.of;
  return (
    <>
      {problem !== undefined && <Failure problem={problem} retry={reload} />}
      {data !== undefined ? props.children(data) : problem === undefined && <Loading />}
    </>
  );
}
