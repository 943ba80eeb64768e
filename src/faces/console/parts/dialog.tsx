import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api/request.ts';
import { t } from '../i18n/translate.ts';
import { asProblem } from '../live/use-load.ts';
import { Failure } from './states.tsx';

/** A modal dialog of the browser: it keeps the focus, gives it back, and closes with Escape. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={box} aria-labelledby={id} onClose={props.onClose}>
      <div class="dialog-body">
        <h2 id={id}>{props.title}</h2>
        {props.children}
      </div>
    </dialog>
  );
}

export interface ConfirmProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What the button that does it says. */
  readonly does: string;
  readonly isDangerous?: boolean;
  /** False keeps the button shut until something is filled in. */
  readonly isReady?: boolean;
  readonly run: () => Promise<void>;
  readonly onClose: () => void;
}

/**
 * Says what will happen and does it only when told to. Where it fails it stays open and says so itself: what lies below a
 * modal dialog is neither seen nor read out.
 */
export function ConfirmDialog(props: ConfirmProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await props.run();
      props.onClose();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void run();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form class="form" onSubmit={submit}>
        {props.children}
        {problem !== undefined && <Failure problem={problem} />}
        <div class="actions">
          <button type="button" class="button" onClick={props.onClose}>
            {t('dialog.cancel')}
          </button>
          <button
            type="submit"
            class={`button ${props.isDangerous ? 'danger' : 'primary'}`}
            disabled={isBusy || props.isReady === false}
          >
            {isBusy ? t('state.working') : props.does}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
