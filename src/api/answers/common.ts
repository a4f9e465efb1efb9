import * as z from 'zod';

/** UTC with milliseconds. */
export const Time = z.iso.datetime();
export const MaybeTime = z.nullable(Time);
/** Integer minor units of the currency (cents for USD). */
export const Minor = z.int();
export const Id = z.guid();
/** JSON of the merchant's own. */
export const Metadata = z.nullable(z.record(z.string(), z.unknown()));

/** A page of a list, newest first. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    data: z.array(item),
    /** null on the last page. */
    nextCursor: z.nullable(z.string()),
  });
