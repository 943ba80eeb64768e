/** The table of all keys of a campaign file, as the README has it: made from the schema that campaign files are read with. */
import { z } from 'zod';
import { campaignJsonSchema } from '../../src/core/campaign.ts';
import { DISPOSITION_NAMES, dispositionFacts } from '../../src/core/disposition.ts';

const Node = z.object({
  description: z.string().optional(),
  default: z.unknown().optional(),
  get properties() {
    return z.record(z.string(), Node).optional();
  },
  get items() {
    return Node.optional();
  },
  get anyOf() {
    return z.array(Node).optional();
  },
});
type Node = z.infer<typeof Node>;

export interface CampaignKey {
  /** Such as `retry.rules[].on`. */
  readonly path: string;
  /** As JSON; undefined where there is none, or where it only says that its own keys have theirs. */
  readonly initial: string | undefined;
  readonly meaning: string | undefined;
}

/** Every key of a campaign file, those of parts behind the part that they belong to. */
export function campaignKeys(): CampaignKey[] {
  return keysOf(Node.parse(campaignJsonSchema()), '');
}

function keysOf(node: Node, before: string): CampaignKey[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, key]) => {
    const path = `${before}${name}`;
    const initial = key.default === undefined ? undefined : JSON.stringify(key.default);
    const own = { path, initial: initial === '{}' ? undefined : initial, meaning: key.description };
    return [own, ...insideOf(key, path)];
  });
}

/** The keys within a key. Of a part that may be written in several ways, those of the first that has keys. */
function insideOf(key: Node, path: string): CampaignKey[] {
  if (key.anyOf !== undefined) return insideOf(key.anyOf.find(({ properties }) => properties) ?? {}, path);
  return key.items === undefined ? keysOf(key, `${path}.`) : insideOf(key.items, `${path}[]`);
}

/** The table as Markdown. */
export function campaignKeysTable(): string {
  const lines = campaignKeys().map(
    ({ path, initial, meaning }) =>
      `| \`${path}\` | ${initial === undefined ? '' : `\`${initial}\``} | ${meaning} |`,
  );
  return ['| key | default | meaning |', '| --- | --- | --- |', ...lines].join('\n');
}

/** The ends that a retry rule may name, by what they mean, as Markdown. */
export function endsList(): string {
  const named = (wanted: (facts: ReturnType<typeof dispositionFacts>) => boolean): string =>
    DISPOSITION_NAMES.filter((name) => wanted(dispositionFacts(name)))
      .map((name) => `\`${name}\``)
      .join(', ');
  return [
    `- Nobody was reached: ${named(({ connected, dead, refused }) => !connected && !dead && !refused)}.`,
    `- The number will not work later either: ${named(({ dead, refused }) => dead && !refused)}.`,
    `- The provider declined before it dialled, which costs no attempt: ${named(({ refused }) => refused)}.`,
  ].join('\n');
}
