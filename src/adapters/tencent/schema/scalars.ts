import { z } from 'zod';

/**
 * The tolerant scalars of replies. Documented fields may come back null or be absent, and the provider's own
 * samples write 0 and "" for "none" (reference 1.3), so all three forms read the same here.
 */
export const replyText = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** A number that reads 0 when it is null or absent. */
export const replyNumber = z
  .number()
  .nullish()
  .transform((number) => number ?? 0);

/** A list that reads empty when it is null or absent (reference 1.3: arrays may come back null). */
export function replyList<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items): z.output<T>[] => items ?? []);
}

/** Ids and counts of requests: 64-bit in the provider's spec, all of them within 53 bits (reference section 2). */
export const requestInt = z.int().min(0);

/** The application every action belongs to, about ten digits (reference section 2). */
export const sdkAppId = z.int().positive();

/** Paging of requests: the first page is 0 (reference 2.5). */
export const pageNumber = z.int().min(0);

/** A time of a reply in Unix seconds, which some actions write as text (reference 2.3); 0 for none and for what is no number. */
export const replySeconds = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => {
    const seconds = Number(value ?? 0);
    return Number.isFinite(seconds) ? seconds : 0;
  });

/** An id that is text in the reference, and is taken as a number, too. */
export const replyId = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((id) => String(id ?? ''));

/** A yes or no that reads no when it is null or absent, and yes for any number but 0. */
export const replyFlag = z.union([z.boolean(), z.number()]).nullish().transform(Boolean);

/** A number that stays undefined when it is null or absent, where 0 means something. */
export const replyCode = z
  .number()
  .nullish()
  .transform((code) => code ?? undefined);

/** An object that is undefined when it is null or absent. */
export function replyObject<T extends z.ZodType>(shape: T) {
  return shape.nullish().transform((value): z.output<T> | undefined => value ?? undefined);
}
