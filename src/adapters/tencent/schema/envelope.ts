import { z } from 'zod';

/** The failure inside a reply. `Code` is stable; `Message` may change at any time, so nothing branches on it. */
export const replyError = z.looseObject({ Code: z.string(), Message: z.string().catch('') });

/**
 * What every processed request is answered with, at HTTP 200, success or not (reference 1.3). The fields of
 * the action stand beside RequestId and are kept as they are, to be parsed by that action's own schema.
 */
export const replyEnvelope = z.object({
  Response: z.looseObject({ RequestId: z.string().optional(), Error: replyError.optional() }),
});

export type ReplyError = z.infer<typeof replyError>;
export type ReplyEnvelope = z.infer<typeof replyEnvelope>;

/** The reply of actions that say nothing but that they were done (stop, pause, resume). */
export const emptyReply = z.object({ RequestId: z.string().optional() });
