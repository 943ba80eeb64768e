/** Every key that a campaign file may have, as its schema has it: for the README, and for whoever misspells one. */
import { z } from 'zod';
import { campaignJsonSchema } from './settings.ts';

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
  /** As it stands in the file. */
  readonly name: string;
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
    const own = { name, path, initial: initial === '{}' ? undefined : initial, meaning: key.description };
    return [own, ...insideOf(key, path)];
  });
}

/** The keys within a key. Of a part that may be written in several ways, those of the first that has keys. */
function insideOf(key: Node, path: string): CampaignKey[] {
  if (key.anyOf !== undefined) return insideOf(key.anyOf.find(({ properties }) => properties) ?? {}, path);
  return key.items === undefined ? keysOf(key, `${path}.`) : insideOf(key.items, `${path}[]`);
}
