import { t } from '../i18n/translate.ts';

/** Steps through a list whose pages are known by their address only. */
export function Pager(props: {
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  readonly onPrevious: () => void;
  readonly onNext: () => void;
}) {
  if (!props.hasPrevious && !props.hasNext) return null;
  return (
    <div class="actions">
      <button type="button" class="button small" disabled={!props.hasPrevious} onClick={props.onPrevious}>
        {t('pager.previous')}
      </button>
      <button type="button" class="button small" disabled={!props.hasNext} onClick={props.onNext}>
        {t('pager.next')}
      </button>
    </div>
  );
}
