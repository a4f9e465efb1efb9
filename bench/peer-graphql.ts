import { createSchema, createYoga } from 'graphql-yoga';
import * as z from 'zod';
import type { Merchant } from '../src/model.ts';
import type { PeerBindings } from './peer-env.ts';
import { sendPaylink } from './peer-paylinks.ts';

type Context = { env: PeerBindings; merchant: Merchant };

const Arguments = z.object({
  input: z.object({ id: z.guid(), channel: z.enum(['Email', 'Phone']) }),
});

const channels = { Email: 'EMAIL', Phone: 'SMS' } as const;

const schema = createSchema<Context>({
  typeDefs: `
    enum PaymentSessionLinkChannel { Email Phone }
    input SendPaymentSessionLinkInput { id: ID!, channel: PaymentSessionLinkChannel! }
    type OperationSuccess { success: Boolean!, message: String }
    type Query { health: Boolean! }
    type Mutation { sendPaymentSessionLink(input: SendPaymentSessionLinkInput!): OperationSuccess! }
  `,
  resolvers: {
    Query: { health: () => true },
    Mutation: {
      sendPaymentSessionLink: async (_, args: unknown, { env, merchant }) => {
        const { id, channel } = Arguments.parse(args).input;
        const result = await sendPaylink(env, merchant, id, [channels[channel]]);
        return result.kind === 'done'
          ? { success: true, message: `The payment link was sent by ${channel}.` }
          : { success: false, message: result.refusal.detail };
      },
    },
  },
});

/** GraphQL Yoga as its documentation sets it up; introspection and its own caches of documents are on. */
export const yoga = createYoga<Context>({ schema, graphqlEndpoint: '/graphql', graphiql: false, landingPage: false });
