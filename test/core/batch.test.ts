import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSubmissionName, submissionName } from '../../src/core/batch.ts';
import { CampaignId } from '../../src/core/campaign.ts';
import { campaignOfImport, importId } from '../../src/core/import.ts';

const campaignId = fc
  .stringMatching(/^[a-z0-9][a-z0-9_-]{0,47}$/)
  .filter((text) => CampaignId.safeParse(text).success);

describe('submission names', () => {
  test('every name leads back to its campaign, batch and submission', () => {
    const number = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(campaignId, number(999_999_999), number(999_999), (id, batchId, submission) => {
        const name = { campaignId: id, batchId, submission };
        expect(parseSubmissionName(submissionName(name))).toEqual(name);
      }),
    );
  });

  test.each([
    ...[
      '',
      'spring',
      'spring.1',
      'spring.1.2.3',
      'Spring.1.1',
      '.1.1',
      'spring.0.1',
      'spring.1.0',
      'spring.01.1',
    ],
    ...['spring.1.x', ' spring.1.1', 'spring.1.1\n', '春.1.1', `${'a'.repeat(49)}.1.1`],
  ])("%j is somebody else's task", (text) => {
    expect(parseSubmissionName(text)).toBeUndefined();
  });
});

describe('import ids', () => {
  test('every import id leads back to its campaign', () => {
    fc.assert(
      fc.property(campaignId, fc.stringMatching(/^[0-9a-f]{64}$/), (id, hash) => {
        expect(campaignOfImport(importId(id, hash))).toBe(id);
      }),
    );
  });

  test.each(['spring', 'spring-i', 'spring-i12345', 'spring-i0123456789AB', '-i0123456789ab'])(
    '"%s" is no import id',
    (text) => expect(campaignOfImport(text)).toBeUndefined(),
  );
});
