import { t } from '../i18n/translate.ts';
import { SelectField, TextArea, TextField } from '../parts/field.tsx';
import type { FormPartProps } from './campaign-draft.ts';
import { RulesFields } from './rules-fields.tsx';
import { WindowsFields } from './windows-fields.tsx';

/** Zones that campaigns of this provider are most often in; any IANA name may be typed. */
const ZONES = [
  'Asia/Shanghai',
  'Asia/Hong_Kong',
  'Asia/Taipei',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Europe/London',
  'UTC',
];

function NameFields({ draft, onChange }: FormPartProps) {
  return (
    <fieldset>
      <legend>{t('new.what')}</legend>
      <div class="columns">
        <TextField
          label={t('new.id')}
          value={draft.id}
          onInput={(id) => onChange({ ...draft, id })}
          hint={t('new.idHint')}
          isRequired
        />
        <TextField
          label={t('new.name')}
          value={draft.name}
          onInput={(name) => onChange({ ...draft, name })}
          isRequired
        />
        <SelectField
          label={t('new.answersWith')}
          value={draft.answersWith}
          onInput={(value) =>
            onChange({ ...draft, answersWith: value === 'aiAgentId' ? 'aiAgentId' : 'ivrId' })
          }
          choices={[
            { value: 'ivrId', label: t('new.ivr') },
            { value: 'aiAgentId', label: t('new.agent') },
          ]}
        />
        <TextField
          label={t('new.answerId')}
          value={draft.answerId}
          onInput={(answerId) => onChange({ ...draft, answerId })}
          hint={t('new.answerIdHint')}
          isRequired
        />
      </div>
      <TextArea
        label={t('new.callers')}
        value={draft.callers}
        onInput={(callers) => onChange({ ...draft, callers })}
        hint={t('new.callersHint')}
        rows={2}
        isRequired
      />
    </fieldset>
  );
}

function TimeFields({ draft, onChange }: FormPartProps) {
  return (
    <fieldset>
      <legend>{t('new.when')}</legend>
      <div class="columns">
        <TextField
          label={t('new.timeZone')}
          value={draft.timeZone}
          onInput={(timeZone) => onChange({ ...draft, timeZone })}
          hint={t('new.timeZoneHint')}
          list="zones"
          isRequired
        />
        <TextField
          label={t('new.startAt')}
          type="datetime-local"
          value={draft.startAt}
          onInput={(startAt) => onChange({ ...draft, startAt })}
          hint={t('new.startAtHint')}
        />
        <TextField
          label={t('new.endAt')}
          type="datetime-local"
          value={draft.endAt}
          onInput={(endAt) => onChange({ ...draft, endAt })}
          hint={t('new.endAtHint')}
        />
        <TextField
          label={t('new.holidays')}
          value={draft.holidays}
          onInput={(holidays) => onChange({ ...draft, holidays })}
          placeholder="2026-12-25, 2027-01-01"
        />
      </div>
      <datalist id="zones">
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <WindowsFields draft={draft} onChange={onChange} />
    </fieldset>
  );
}

function PaceFields({ draft, onChange }: FormPartProps) {
  const priorities = ['1', '2', '3', '4', '5'];
  return (
    <fieldset>
      <legend>{t('new.pace')}</legend>
      <div class="columns">
        <TextField
          label={t('new.inFlight')}
          type="number"
          value={draft.calleesInFlightMax}
          onInput={(calleesInFlightMax) => onChange({ ...draft, calleesInFlightMax })}
          hint={t('new.inFlightHint')}
        />
        <SelectField
          label={t('new.priority')}
          value={draft.priority}
          onInput={(priority) => onChange({ ...draft, priority })}
          hint={t('new.priorityHint')}
          choices={priorities.map((value) => ({ value, label: value }))}
        />
      </div>
    </fieldset>
  );
}

/** The settings that most campaigns need; whoever needs others takes the campaign file. */
export function CampaignForm(props: FormPartProps) {
  return (
    <>
      <NameFields {...props} />
      <TimeFields {...props} />
      <RulesFields {...props} />
      <PaceFields {...props} />
    </>
  );
}
