import type { CalleeDocument, CampaignDocument } from '../../documents.ts';
import type { Waiting } from '../api/documents.ts';
import { request } from '../api/request.ts';

/** The settings as stored; the page reads the few it shows in words. */
export type Settings = Readonly<Record<string, unknown>>;

/** What every tab of a campaign's page is given. */
export interface TabProps {
  readonly campaign: CampaignDocument;
  readonly settings: Settings | undefined;
  /** The campaign's time zone; undefined until its settings are there. */
  readonly zone: string | undefined;
  /** Told of what changed the campaign, so that it is read again at once. */
  readonly onChanged: () => void;
}

/** Address of a campaign, or of something in it, at the API. */
export function campaignPath(id: string, ...more: readonly string[]): string {
  return ['/v1/campaigns', ...[id, ...more].map(encodeURIComponent)].join('/');
}

export type Callee = CalleeDocument & { readonly waiting: Waiting | null };

/** The callee of this id, row or number. Named in the body: logs keep addresses, and numbers stay out of them. */
export async function findCallee(campaign: string, callee: string, signal?: AbortSignal): Promise<Callee> {
  const wanted = { body: { callee }, ...(signal !== undefined && { signal }) };
  return (await request<Callee>('POST', campaignPath(campaign, 'callees', 'find'), wanted)).data;
}

/** The time zone that the settings name. */
export function zoneOf(settings: Settings | undefined): string | undefined {
  return typeof settings?.timeZone === 'string' ? settings.timeZone : undefined;
}
