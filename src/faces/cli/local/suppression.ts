import { type RefusedRow, suppressList } from '../../../pipelines/suppress-list.ts';
import { allowNumber, clearList, namedList, suppressNumber } from '../../../pipelines/suppress-numbers.ts';
import type { ListedNumber } from '../../../ports/suppression.ts';
import { timeText } from '../../documents.ts';
import type { ListSource, SuppressionBackend, SuppressionWords } from '../backend.ts';
import type { CliDeps } from '../deps.ts';

/** An entry as JSON. Shows the number: the operator asked for it. */
function entryDocument({ number, digest, entry }: ListedNumber) {
  const { reason, by, source, addedAt, expiresAt } = entry;
  return {
    number: number === undefined ? null : `+${number}`,
    digest: digest ?? null,
    ...{ reason, by, source, addedAt: timeText(addedAt), expiresAt: timeText(expiresAt) },
  };
}

/** Where a file lies; standard input is copied first, since a reader may look at the beginning twice. */
async function withFile<T>(
  deps: CliDeps,
  source: ListSource,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (source.path !== undefined) return work(source.path);
  const spooled = await deps.spool.put(source.open());
  try {
    return await work(spooled.path);
  } finally {
    await deps.spool.discard(spooled);
  }
}

/** Suppression lists themselves. An interrupt stops a file between two pages of rows. */
export function localSuppression(deps: CliDeps, user: string, signal: AbortSignal): SuppressionBackend {
  /** Input of an action, without what was not given. */
  const inputOf = ({ campaign, reason, expires }: Partial<SuppressionWords>): Record<string, string> => ({
    by: user,
    ...(campaign !== undefined && { campaignId: campaign }),
    ...(reason !== undefined && { reason }),
    ...(expires !== undefined && { expires }),
  });
  const onList = (campaign: string | undefined) => inputOf(campaign === undefined ? {} : { campaign });
  return {
    async suppress(number, words) {
      const { expiresAt, ...result } = await suppressNumber(deps, { ...inputOf(words), number });
      const { list, added, suppressed, calling } = result;
      return { list, added, expiresAt: timeText(expiresAt), suppressed, calling };
    },
    allow: (number, campaign) => allowNumber(deps, { ...onList(campaign), number }),
    clearList: (campaign) => clearList(deps, onList(campaign)),
    async *entries(campaign) {
      const { list } = await namedList(deps, campaign);
      for await (const entry of deps.suppression.entries(list)) yield entryDocument(entry);
    },
    async listActions(campaign) {
      const actions = await deps.suppression.actions((await namedList(deps, campaign)).list);
      return actions.map((one) => ({ ...one, at: timeText(one.at) }));
    },
    async importNumbers({ source, wish }, words, { onRefused, onRows }) {
      const { fileName } = source;
      const result = await withFile(deps, source, (path) =>
        suppressList(
          deps,
          inputOf(words),
          { path, fileName, wish },
          {
            onRefused: (row: RefusedRow) => onRefused(row),
            onRows,
            signal,
          },
        ),
      );
      const { list, rows, added, known, rejected, suppressed, calling, fault } = result;
      const { ownReasons, ownExpiries, reasonsLeftOut } = result;
      return {
        ...{ list, rows, added, known, rejected, ownReasons, ownExpiries, reasonsLeftOut },
        ...{ suppressed, calling, fault },
      };
    },
    listZone: async (campaign) => (await namedList(deps, campaign)).zone,
  };
}
