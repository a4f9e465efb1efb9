import { buildSchema, printSchema, printType, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema, typeDefs } from '../../../src/http/graphql/schema.ts';
import { fakeRun, fetchFrom, sent, sessionId } from './fake-run.ts';

/** The published reference: types, fields and their descriptions. */
const published = buildSchema(`
  input SendPaymentSessionLinkInput {
    id: ID!
    """Channel used for delivery. Determines which recipient field on the session's contact is read."""
    channel: PaymentSessionLinkChannel!
    """Optional recipient override for one-off sends or resending to a different address. When omitted, the link is sent to the contact's email (for \`Email\`) or phone (for \`Phone\`). When provided, must be a valid email for \`Email\` or an E.164 phone for \`Phone\`."""
    to: String
  }
  """Operational return type representing success or failure with a message."""
  type OperationSuccess { success: Boolean! message: String }
  """Channel used to deliver a session link to the merchant's customer."""
  enum PaymentSessionLinkChannel { Email Phone }
  type Mutation {
    """Sends the payment session's link to the customer via the requested channel. The session must be Active. Fails when no recipient is available — either the contact lacks an email/phone for the chosen channel and no \`to\` override was provided."""
    sendPaymentSessionLink(input: SendPaymentSessionLinkInput!): OperationSuccess!
  }
`);

const print = (of: typeof schema, name: string) => {
  const type = of.getType(name);
  return type && printType(type);
};

describe('the published schema', () => {
  it.each(['SendPaymentSessionLinkInput', 'OperationSuccess', 'PaymentSessionLinkChannel'])(
    'has %s word for word',
    (name) => {
      expect(print(schema, name)).toBe(print(published, name));
    },
  );

  it('has the mutation sendPaymentSessionLink word for word', () => {
    const mutation = (of: typeof schema) => {
      const { name, type, args, description } = of.getMutationType()?.getFields().sendPaymentSessionLink ?? {};
      return { name, type: String(type), args: args?.map((one) => `${one.name}: ${one.type}`), description };
    };
    expect(mutation(schema)).toEqual(mutation(published));
  });

  it('is valid: building it with and without validation gives the same', () => {
    expect(validateSchema(schema)).toEqual([]);
    expect(printSchema(buildSchema(typeDefs))).toBe(printSchema(schema));
  });

  it('can be read by introspection and printed', () => {
    expect(printSchema(schema)).toContain('paymentSession(id: ID!): PaymentSession\n');
  });
});

/** The body of the published curl, as its quotes hold it. */
const curlBody = `{
    "query": "mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }",
    "variables": {
      "input": {
        "id": "abc123",
        "channel": "Email"
      }
    }
  }`;

describe('the published examples', () => {
  const url = 'http://gateway.test/graphql';
  const setUp = () => {
    const { run, asked } = fakeRun({ send: async () => sent });
    return { fetch: fetchFrom(run), asked };
  };
  const success = { sendPaymentSessionLink: { success: true, message: 'The payment link was emailed.' } };
  const notFound = {
    sendPaymentSessionLink: { success: false, message: 'No payment session was found with this id.' },
  };

  it.each([
    ['abc123', notFound],
    [sessionId, success],
  ])('work as curl with the id %s', async (id, data) => {
    const { fetch } = setUp();
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: 'Bearer <api-key>',
        Accept: '*/*',
      },
      body: curlBody.replace('abc123', id),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data });
  });

  it.each([
    ['abc123', notFound],
    [sessionId, success],
  ])('work as JavaScript with the id %s', async (id, expected) => {
    const { fetch } = setUp();
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: 'Bearer <api-key>',
      },
      body: JSON.stringify({
        query: `
      mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) {
        sendPaymentSessionLink(input: $input) {
          success
          message
        }
      }
    `,
        variables: {
          input: {
            id,
            channel: 'Email',
          },
        },
      }),
    });

    const { data, errors } = await response.json<{ data: unknown; errors?: unknown }>();
    expect({ data, errors }).toEqual({ data: expected, errors: undefined });
  });
});
