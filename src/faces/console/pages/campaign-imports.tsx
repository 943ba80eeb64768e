import { useState } from 'preact/hooks';
import type { ImportDocument } from '../../documents.ts';
import { get } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { bytesText, numberText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useLoad } from '../live/use-load.ts';
import { Panel } from '../parts/panel.tsx';
import { StatePill } from '../parts/pill.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { campaignPath, type TabProps } from './campaign-place.ts';
import { ImportProgress } from './import-progress.tsx';
import { ListUpload } from './list-upload.tsx';

const EVERY_MS = 5_000;

function FileCell({ one }: { readonly one: ImportDocument }) {
  const how = [one.format, one.encoding, one.sheet].filter((part) => part !== null && part !== '');
  return (
    <>
      <strong>{one.fileName}</strong>
      <div class="small muted">
        {bytesText(one.bytes)}
        {how.length > 0 && ` · ${how.join(' · ')}`}
        {one.mode === 'update' && ` · ${t('upload.modeUpdate')}`}
      </div>
      {one.state === 'failed' && <div class="small tone-text-red">{one.reason}</div>}
    </>
  );
}

function columns(zone: string | undefined, open: (id: string) => void): Column<ImportDocument>[] {
  const count = (
    key: 'rows' | 'accepted' | 'duplicate' | 'suppressed' | 'rejected',
  ): Column<ImportDocument> => ({
    key,
    head: t(`rows.${key}`),
    isNumeric: true,
    cell: (one) => numberText(one[key]),
  });
  return [
    { key: 'file', head: t('column.file'), isWide: true, cell: (one) => <FileCell one={one} /> },
    { key: 'state', head: t('column.state'), cell: (one) => <StatePill kind="import" state={one.state} /> },
    ...(['rows', 'accepted', 'duplicate', 'suppressed', 'rejected'] as const).map(count),
    { key: 'at', head: t('column.time'), cell: (one) => <Time at={one.createdAt} zone={zone} /> },
    {
      key: 'more',
      head: <span class="hidden-text">{t('column.actions')}</span>,
      cell: (one) => (
        <button type="button" class="button small" onClick={() => open(one.id)}>
          {t('imports.explain')}
          <span class="hidden-text"> {one.fileName}</span>
        </button>
      ),
    },
  ];
}

/** Uploading a list, what became of the latest or a chosen one, and all there were. */
export function ImportsTab({ campaign, zone, onChanged }: TabProps) {
  const path = campaignPath(campaign.id, 'imports');
  const imports = useLoad(path, (signal) => get<ImportDocument[]>(path, signal), EVERY_MS);
  const [open, setOpen] = useState<string>();
  const onEnd = (): void => {
    imports.reload();
    onChanged();
  };
  return (
    <>
      {isOperator.value && (
        <Panel title={t('upload.title')}>
          <ListUpload
            campaign={campaign.id}
            onTaken={(id) => {
              setOpen(id);
              imports.reload();
            }}
          />
        </Panel>
      )}
      {open !== undefined && <ImportProgress key={open} id={open} campaign={campaign} onEnd={onEnd} />}
      <Panel title={t('tab.imports')} aside={t('imports.note')}>
        <Shown of={imports}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title={t('imports.none')} />
            ) : (
              <Table
                label={t('tab.imports')}
                columns={columns(zone, setOpen)}
                rows={rows.toReversed()}
                rowKey={({ id }) => id}
              />
            )
          }
        </Shown>
      </Panel>
    </>
  );
}
