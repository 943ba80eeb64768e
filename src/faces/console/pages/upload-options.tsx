import { t } from '../i18n/translate.ts';
import { SelectField, TextField } from '../parts/field.tsx';

/** What is said of a file's form; empty where the server is to find it. */
export interface UploadWishes {
  readonly mode: 'add' | 'update';
  readonly encoding: string;
  readonly delimiter: string;
  readonly sheet: string;
}

export const NO_OPTIONS: UploadWishes = { mode: 'add', encoding: '', delimiter: '', sheet: '' };

const ENCODINGS = ['utf-8', 'gb18030', 'big5', 'utf-16le', 'utf-16be', 'windows-1252', 'shift_jis', 'euc-kr'];
const DELIMITERS = [
  [',', ','],
  [';', ';'],
  ['tab', 'Tab'],
  ['|', '|'],
] as const;

export function UploadOptions(props: {
  readonly wishes: UploadWishes;
  readonly onChange: (wishes: UploadWishes) => void;
}) {
  const { wishes, onChange } = props;
  const found = { value: '', label: t('upload.found') };
  return (
    <details>
      <summary>{t('upload.options')}</summary>
      <div class="columns">
        <SelectField
          label={t('upload.mode')}
          value={wishes.mode}
          onInput={(mode) => onChange({ ...wishes, mode: mode === 'update' ? 'update' : 'add' })}
          hint={t('upload.modeHint')}
          choices={[
            { value: 'add', label: t('upload.modeAdd') },
            { value: 'update', label: t('upload.modeUpdate') },
          ]}
        />
        <SelectField
          label={t('upload.encoding')}
          value={wishes.encoding}
          onInput={(encoding) => onChange({ ...wishes, encoding })}
          choices={[found, ...ENCODINGS.map((value) => ({ value, label: value }))]}
        />
        <SelectField
          label={t('upload.delimiter')}
          value={wishes.delimiter}
          onInput={(delimiter) => onChange({ ...wishes, delimiter })}
          choices={[found, ...DELIMITERS.map(([value, label]) => ({ value, label }))]}
        />
        <TextField
          label={t('upload.sheet')}
          value={wishes.sheet}
          onInput={(sheet) => onChange({ ...wishes, sheet })}
          hint={t('upload.sheetHint')}
        />
      </div>
    </details>
  );
}
