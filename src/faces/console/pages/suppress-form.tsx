import { useState } from 'preact/hooks';
import type { SuppressedCallees } from '../../../pipelines/suppress-numbers.ts';
import { type Problem, request } from '../api/request.ts';
import { t } from '../i18n/translate.ts';
import { suppressionChanged } from '../live/changes.ts';
import { asProblem } from '../live/use-load.ts';
import { TextField } from '../parts/field.tsx';
import { Failure } from '../parts/states.tsx';
import { say } from '../parts/toast.tsx';

/** Puts one number on the list. */
export function SuppressForm({ path }: { readonly path: string }) {
  const [number, setNumber] = useState('');
  const [reason, setReason] = useState('');
  const [expires, setExpires] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const add = async (): Promise<void> => {
    setProblem(undefined);
    const given = { ...(expires !== '' && { expiresAt: new Date(expires).toISOString() }) };
    try {
      const body = { number: number.trim(), reason: reason.trim(), ...given };
      const { data } = await request<SuppressedCallees>('POST', path, { body });
      const { suppressed, calling } = data;
      say(`${t('suppression.added')} ${t('suppression.effect', { suppressed, calling })}`);
      setNumber('');
      suppressionChanged();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void add();
  };
  return (
    <form class="form" onSubmit={submit}>
      <TextField
        label={t('suppression.number')}
        value={number}
        onInput={setNumber}
        hint={t('suppression.numberHint')}
        isRequired
      />
      <TextField
        label={t('suppression.reason')}
        value={reason}
        onInput={setReason}
        hint={t('suppression.reasonHint')}
      />
      <TextField
        label={t('suppression.expires')}
        type="datetime-local"
        value={expires}
        onInput={setExpires}
        hint={t('suppression.expiresHint')}
      />
      {problem !== undefined && <Failure problem={problem} />}
      <div class="actions">
        <button type="submit" class="button primary">
          {t('suppression.add')}
        </button>
      </div>
    </form>
  );
}
