import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

const Body = z.object({
  type: z.literal('ringmaster.events'),
  data: z.object({
    events: z.array(z.looseObject({ id: z.string(), type: z.string(), campaign: z.string() })),
  }),
});

export type ReceivedEvent = z.infer<typeof Body>['data']['events'][number];

export interface ReceivedMessage {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly events: readonly ReceivedEvent[];
}

/** A system of the operator's that is told of events. `answer` decides what it says to each message. */
export interface WebhookReceiver {
  readonly url: string;
  readonly messages: ReceivedMessage[];
  /** All events taken (answered with 2xx), in order. */
  taken(): ReceivedEvent[];
  answer: (message: ReceivedMessage) => number | 'hang_up';
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const taken: ReceivedEvent[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const events = Body.parse(JSON.parse(body)).data.events;
    const message = { id: headers['webhook-id'] ?? '', headers, body, events };
    receiver.messages.push(message);
    const status = receiver.answer(message);
    if (status === 'hang_up') {
      request.destroy();
      return;
    }
    if (status < 300) taken.push(...events);
    response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${port}/hook`,
    messages: [],
    taken: () => taken,
    answer: () => 204,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** Throws where the message was not signed with the secret, or at another time than now. */
export function verify(message: ReceivedMessage, secret: string): void {
  new Webhook(secret).verify(message.body, message.headers);
}
