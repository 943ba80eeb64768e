import { isOperator } from '../api/session.ts';
import { t } from '../i18n/translate.ts';
import { Panel } from '../parts/panel.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { Loading } from '../parts/states.tsx';
import type { TabProps } from './campaign-place.ts';
import { ChangeSettings } from './change-settings.tsx';

/** The settings as they are stored: durations in milliseconds, times in UTC. */
export function SettingsTab({ campaign, settings, onChanged }: TabProps) {
  const mayChange = isOperator.value && campaign.state !== 'cancelled';
  return (
    <>
      {mayChange && <ChangeSettings id={campaign.id} onChanged={onChanged} />}
      <Panel title={t('tab.settings')}>
        <p class="muted">{t('settings.note')}</p>
        {settings === undefined ? (
          <Loading />
        ) : (
          <ScrollBox label={t('tab.settings')}>
            <pre>{JSON.stringify(settings, null, 2)}</pre>
          </ScrollBox>
        )}
      </Panel>
    </>
  );
}
