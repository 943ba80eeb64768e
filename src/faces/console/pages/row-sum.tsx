import { numberText, shareText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { ShareBar } from '../parts/bar.tsx';

const PARTS = [
  ['accepted', 'green'],
  ['duplicate', 'violet'],
  ['suppressed', 'amber'],
  ['rejected', 'red'],
] as const;

export interface Accounted {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly suppressed: number;
  readonly rejected: number;
}

/** The sum that must hold: rows read = accepted + duplicate + suppressed + rejected, and what each part means. */
export function RowSum({ of }: { readonly of: Accounted }) {
  const shares = PARTS.map(([key, tone]) => ({ key, tone, value: of[key], label: t(`rows.${key}`) }));
  return (
    <>
      <div class="sum" data-rows={of.rows}>
        <div class="part tone-blue">
          <b>{numberText(of.rows)}</b> {t('rows.rows')}
        </div>
        {PARTS.map(([key, tone], index) => (
          <span key={key} class="row">
            <span class="sign" aria-hidden="true">
              {index === 0 ? '=' : '+'}
            </span>
            <div class={`part tone-${tone}`} data-part={key}>
              <b>{numberText(of[key])}</b> {t(`rows.${key}`)}{' '}
              <span class="small">{shareText(of[key], of.rows)}</span>
            </div>
          </span>
        ))}
      </div>
      <ShareBar parts={shares} total={of.rows} label={t('rows.rows')} />
    </>
  );
}
