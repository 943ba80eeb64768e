import { DISPOSITION_WORDS, dispositionText } from '../i18n/call-words.ts';
import { t } from '../i18n/translate.ts';
import { TextField } from '../parts/field.tsx';
import type { DraftRule, FormPartProps } from './campaign-draft.ts';

function OneRule(props: {
  readonly rule: DraftRule;
  readonly onChange: (rule: DraftRule) => void;
  readonly onRemove: () => void;
}) {
  const { rule, onChange } = props;
  const words = rule.on
    .split(/[\s,]+/)
    .filter((word) => DISPOSITION_WORDS.some((one) => one === word))
    .map(dispositionText);
  return (
    <div class="row" data-rule>
      <div class="grow">
        <TextField
          label={t('new.ruleOn')}
          value={rule.on}
          onInput={(on) => onChange({ ...rule, on })}
          hint={words.join(', ')}
          list="dispositions"
        />
      </div>
      <div class="grow">
        <TextField
          label={t('new.ruleAfter')}
          value={rule.after}
          onInput={(after) => onChange({ ...rule, after })}
          hint={rule.after.trim() === '' ? t('new.ruleStops') : t('new.ruleRepeats')}
          placeholder="2h, 1d"
        />
      </div>
      <button type="button" class="button small" onClick={props.onRemove}>
        {t('new.removeRule')}
      </button>
    </div>
  );
}

/** How often and when a callee who was missed is called again, by how the attempt ended. */
export function RulesFields({ draft, onChange }: FormPartProps) {
  const { rules } = draft;
  return (
    <fieldset>
      <legend>{t('new.retry')}</legend>
      <div class="columns">
        <TextField
          label={t('new.attemptsMax')}
          type="number"
          value={draft.attemptsMax}
          onInput={(attemptsMax) => onChange({ ...draft, attemptsMax })}
          hint={t('new.attemptsMaxHint')}
        />
        <TextField
          label={t('new.otherwise')}
          value={draft.otherwise}
          onInput={(otherwise) => onChange({ ...draft, otherwise })}
          hint={t('new.otherwiseHint')}
        />
      </div>
      {rules.map((rule, index) => (
        <OneRule
          // Rules have no name of their own, and are never moved.
          key={`rule ${index + 1}`}
          rule={rule}
          onChange={(next) =>
            onChange({ ...draft, rules: rules.map((one, at) => (at === index ? next : one)) })
          }
          onRemove={() => onChange({ ...draft, rules: rules.filter((_, at) => at !== index) })}
        />
      ))}
      <datalist id="dispositions">
        {DISPOSITION_WORDS.map((word) => (
          <option key={word} value={word}>
            {dispositionText(word)}
          </option>
        ))}
      </datalist>
      <div>
        <button
          type="button"
          class="button small"
          onClick={() => onChange({ ...draft, rules: [...rules, { on: '', after: '' }] })}
        >
          {t('new.addRule')}
        </button>
      </div>
    </fieldset>
  );
}
