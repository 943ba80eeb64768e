import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PUSH_BYTES_MAX } from '../../core/limits.ts';
import { type PushDeps, takePush } from '../../pipelines/cdr-push.ts';
import type { ReadPush } from '../../ports/push-inbox.ts';
import { areCredentials, basicCredentials, mayPush, type PushAuth, pushToken } from './push-auth.ts';

export interface PushReceiver {
  readonly deps: PushDeps;
  readonly auth: PushAuth;
  readonly read: ReadPush;
}

const Query = z.object({ action: z.string().default('') });
/** The id of a push, by which one that is sent again is known (reference 4.1). */
const PUSH_ID = 'x-tccc-push-uuid';
const PUSH_ID_CHARACTERS_MAX = 200;

/** Its own authentication counts, and a million calls are as many pushes, all from few addresses. */
const OPEN = { access: 'open', did: null, rate: 'none' } as const;

const TokenForm = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
});

/**
 * Where the provider pushes call records to: `POST /push/tccc?action=cdr|record|voicemail`, and with OAuth2 the token
 * endpoint `POST /push/token`. Answers `ErrCode: 0` for all that was taken, also for what tells us nothing; any other
 * answer makes the provider send it again (reference 4.1). It needs no API key: it has an authentication of its own.
 */
export function addPushReceiver(app: FastifyInstance, receiver: PushReceiver): void {
  app.register(async (scope) => {
    const options = { bodyLimit: PUSH_BYTES_MAX, schema: { hide: true }, config: OPEN };
    scope.post('/push/tccc', options, (request, reply) => takeRequest(receiver, request, reply));
    if (receiver.auth.mode !== 'oauth2') return;
    const form = { parseAs: 'string' as const, bodyLimit: PUSH_BYTES_MAX };
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      form,
      async (_request: unknown, body: unknown) => Object.fromEntries(new URLSearchParams(String(body))),
    );
    scope.post('/push/token', options, (request, reply) => giveToken(receiver, request, reply));
  });
}

async function takeRequest(
  { deps, auth, read }: PushReceiver,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  if (!mayPush(auth, request.headers.authorization, deps.clock.now())) {
    deps.log.warn({ event: 'push_refused' }, 'a push without the right credentials');
    if (auth.mode === 'basic') reply.header('www-authenticate', 'Basic realm="push"');
    return reply.code(401).send(answer(401, 'these credentials may not push'));
  }
  const { action } = Query.parse(request.query);
  const push = read(action, request.body);
  if ('problem' in push) {
    // It would be no better if it came again, but only a person can see that, so it is not called taken.
    deps.log.warn({ event: 'push_unread', problem: push.problem }, 'a push that cannot be read');
    return reply.code(400).send(answer(400, push.problem));
  }
  const header = request.headers[PUSH_ID];
  const pushId = (typeof header === 'string' ? header : '').slice(0, PUSH_ID_CHARACTERS_MAX);
  await takePush(deps, push, pushId);
  return reply.send(answer(0, 'OK'));
}

function giveToken({ deps, auth }: PushReceiver, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = TokenForm.safeParse(request.body);
  if (!form.success) return reply.code(400).send({ error: 'unsupported_grant_type' });
  const { client_id: user = '', client_secret: password = '' } = form.data;
  const given = basicCredentials(request.headers.authorization) ?? { user, password };
  if (auth.mode === 'none' || !areCredentials(auth, given)) {
    return reply.code(401).send({ error: 'invalid_client' });
  }
  const { token, seconds } = pushToken(auth.password, deps.clock.now());
  reply.header('cache-control', 'no-store');
  return reply.send({ access_token: token, token_type: 'Bearer', expires_in: seconds });
}

function answer(code: number, message: string): { readonly ErrCode: number; readonly ErrMsg: string } {
  return { ErrCode: code, ErrMsg: message };
}
