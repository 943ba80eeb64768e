import { useState } from 'preact/hooks';
import type { ListSummary } from '../api/documents.ts';
import { get, request } from '../api/request.ts';
import { t } from '../i18n/translate.ts';
import { suppressionChanged } from '../live/changes.ts';
import { useLoad } from '../live/use-load.ts';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { Note } from '../parts/states.tsx';
import { say } from '../parts/toast.tsx';

interface ClearProps {
  /** As addresses name it. */
  readonly list: string;
  readonly path: string;
}

/** Says how many numbers go, and does it once the list's name is typed: nothing brings them back. */
function ClearDialog({ list, path, onClose }: ClearProps & { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const lists = useLoad(`clear ${list}`, (signal) => get<ListSummary[]>('/v1/suppression', signal));
  const entries = lists.data?.find((one) => one.list === list)?.entries;
  const run = async (): Promise<void> => {
    const { data } = await request<{ readonly removed: number }>('DELETE', `${path}?all=true`);
    say(t('suppression.cleared', { n: data.removed }));
    suppressionChanged();
  };
  return (
    <ConfirmDialog
      title={t('suppression.clear')}
      does={t('suppression.clear')}
      isDangerous
      isReady={entries !== undefined && typed.trim() === list}
      run={run}
      onClose={onClose}
    >
      <Note tone="red">
        <span data-touches={entries}>
          {entries === undefined ? t('state.loading') : t('suppression.clearNote', { n: entries })}
        </span>
      </Note>
      <p>{t('suppression.removeNote')}</p>
      <TextField label={t('suppression.clearType', { list })} value={typed} onInput={setTyped} />
    </ConfirmDialog>
  );
}

/** A way to take every number off a list. */
export function ClearList(props: ClearProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button small danger" onClick={() => setOpen(true)}>
        {t('suppression.clear')}
      </button>
      {isOpen && <ClearDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}
