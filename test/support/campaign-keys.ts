/** What the README says of the keys of a campaign file, made from the schema that campaign files are read with. */
import { campaignKeys } from '../../src/core/campaign.ts';
import { DISPOSITION_NAMES, dispositionFacts } from '../../src/core/disposition.ts';

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
