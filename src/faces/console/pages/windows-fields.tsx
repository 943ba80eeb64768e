import { t } from '../i18n/translate.ts';
import { TextField } from '../parts/field.tsx';
import { DAYS, type DraftWindow, type FormPartProps } from './campaign-draft.ts';

function OneWindow(props: {
  readonly window: DraftWindow;
  readonly onChange: (window: DraftWindow) => void;
  readonly onRemove: () => void;
}) {
  const { window, onChange } = props;
  return (
    <div class="row" data-window>
      <fieldset class="plain row">
        <legend class="hidden-text">{t('new.days')}</legend>
        {DAYS.map((day) => (
          <label key={day} class="check">
            <input
              type="checkbox"
              checked={window.days.includes(day)}
              onChange={(event) => {
                const isOn = event.currentTarget.checked;
                const days = DAYS.filter((one) => (one === day ? isOn : window.days.includes(one)));
                onChange({ ...window, days });
              }}
            />
            {t(`day.${day}`)}
          </label>
        ))}
      </fieldset>
      <TextField
        label={t('new.from')}
        value={window.from}
        onInput={(from) => onChange({ ...window, from })}
        placeholder="09:00"
      />
      <TextField
        label={t('new.to')}
        value={window.to}
        onInput={(to) => onChange({ ...window, to })}
        placeholder="24:00"
      />
      <button type="button" class="button small" onClick={props.onRemove}>
        {t('new.removeWindow')}
      </button>
    </div>
  );
}

/** Calling windows: days and hours in the campaign's zone, or in each callee's where the list names one. */
export function WindowsFields({ draft, onChange }: FormPartProps) {
  const { windows } = draft;
  const change = (index: number, window: DraftWindow): void =>
    onChange({ ...draft, windows: windows.map((one, at) => (at === index ? window : one)) });
  const added: DraftWindow = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '14:00', to: '18:00' };
  return (
    <>
      <h3>{t('new.windows')}</h3>
      {windows.length === 0 && <p class="muted">{t('new.noWindows')}</p>}
      {windows.map((window, index) => (
        <OneWindow
          // Windows have no name of their own, and are never moved.
          key={`window ${index + 1}`}
          window={window}
          onChange={(next) => change(index, next)}
          onRemove={() => onChange({ ...draft, windows: windows.filter((_, at) => at !== index) })}
        />
      ))}
      <div>
        <button
          type="button"
          class="button small"
          onClick={() => onChange({ ...draft, windows: [...windows, added] })}
        >
          {t('new.addWindow')}
        </button>
      </div>
    </>
  );
}
