import { t } from '../i18n/translate.ts';
import { Dialog } from './dialog.tsx';
import { Note } from './states.tsx';
import { say } from './toast.tsx';

/** A secret, for the only time. It is gone from this page with the dialog. */
export function SecretDialog(props: {
  readonly title: string;
  readonly secret: string;
  readonly onClose: () => void;
}) {
  const { secret, onClose } = props;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret);
    say(t('keys.copied'));
  };
  return (
    <Dialog title={props.title} onClose={onClose}>
      <Note tone="amber">{t('keys.once')}</Note>
      <code class="secret">{secret}</code>
      <div class="actions">
        {navigator.clipboard !== undefined && (
          <button type="button" class="button" onClick={copy}>
            {t('keys.copy')}
          </button>
        )}
        <button type="button" class="button primary" onClick={onClose}>
          {t('keys.kept')}
        </button>
      </div>
    </Dialog>
  );
}
