import { buildSchema } from 'graphql';
import { sessionTypes } from './session-types.ts';

/**
 * The schema callers see. The mutation with its input, enum and result type is the published one, word for word; `paymentSession`
 * is the REST API's Paylink under the name this surface gives it.
 */
const ownTypes = /* GraphQL */ `
type Query {
  """
  A payment session by its id; null when there is none, or it belongs to somebody else.
  """
  paymentSession(id: ID!): PaymentSession
}

type Mutation {
  """
  Sends the payment session's link to the customer via the requested channel. The session must be Active. Fails when no recipient is available — either the contact lacks an email/phone for the chosen channel and no \`to\` override was provided.
  """
  sendPaymentSessionLink(input: SendPaymentSessionLinkInput!): OperationSuccess!
}

input SendPaymentSessionLinkInput {
  id: ID!
  """
  Channel used for delivery. Determines which recipient field on the session's contact is read.
  """
  channel: PaymentSessionLinkChannel!
  """
  Optional recipient override for one-off sends or resending to a different address. When omitted, the link is sent to the contact's email (for \`Email\`) or phone (for \`Phone\`). When provided, must be a valid email for \`Email\` or an E.164 phone for \`Phone\`.
  """
  to: String
}

"""
Channel used to deliver a session link to the merchant's customer.
"""
enum PaymentSessionLinkChannel {
  Email
  Phone
}

"""
Operational return type representing success or failure with a message.
"""
type OperationSuccess {
  success: Boolean!
  message: String
}

"""
A request for payment with a link; the REST API calls it a Paylink, and its id is the paylinkId.
"""
type PaymentSession {
  id: ID!
  merchantId: ID!
  status: PaymentSessionStatus!
  """
  Whether the link can be sent now.
  """
  active: Boolean!
  """
  Where the customer pays; null once nothing can be paid any more.
  """
  link: String
  """
  The same, short enough for a text message.
  """
  shortLink: String!
  merchantInvoiceId: String
  description: String
  memo: String
  """
  ISO 4217.
  """
  currencyCode: String!
  """
  The line items with their taxes.
  """
  subTotal: Integer!
  shipping: Integer
  tax: Integer
  """
  What the customer is asked to pay: subTotal + shipping + tax.
  """
  total: Integer!
  lineItems: [PaymentSessionLineItem!]!
  contact: PaymentSessionContact!
  """
  Whether the customer agreed to receive messages; without it no link is sent.
  """
  customerConsent: Boolean!
  expiration: DateTime!
  lastSentAt: DateTime
  createdAt: DateTime!
  updatedAt: DateTime!
  """
  Every attempt to deliver the link, oldest first.
  """
  deliveryLogs: [PaymentSessionDelivery!]!
}

enum PaymentSessionStatus {
  CREATED
  SENT
  OPENED
  PAID
  PARTIALLY_PAID
  REFUNDED
  PARTIALLY_REFUNDED
  EXPIRED
  CANCELED
  """
  Nothing could be delivered; it may be sent again.
  """
  FAILED
}

"""
The customer the link is sent to.
"""
type PaymentSessionContact {
  email: String
  phone: String
  firstName: String
  lastName: String
}

type PaymentSessionLineItem {
  sku: String
  description: String
  category: String
  """
  Per unit.
  """
  price: Integer!
  quantity: Integer!
  """
  For the line.
  """
  tax: Integer
}

type PaymentSessionDelivery {
  id: ID!
  channel: PaymentSessionLinkChannel!
  status: PaymentSessionDeliveryStatus!
  """
  Which provider was asked; null when none was.
  """
  provider: String
  """
  The provider's own id of the message.
  """
  messageId: String
  recipient: String
  """
  Why it was not delivered.
  """
  reason: String
  createdAt: DateTime!
  updatedAt: DateTime!
}

enum PaymentSessionDeliveryStatus {
  PENDING
  SENT
  DELIVERED
  FAILED
  BOUNCED
  """
  The recipient does not take messages, so no provider was asked.
  """
  SUPPRESSED
  """
  The provider never answered; the message may have been sent.
  """
  UNKNOWN
}

"""
A whole number that may exceed 32 bits: an amount in the currency's minor unit (cents for USD), or a count.
"""
scalar Integer

"""
A time in UTC, \`2026-01-31T12:00:00.000Z\`.
"""
scalar DateTime @specifiedBy(url: "https://scalars.graphql.org/andimarek/date-time.html")
`;

export const typeDefs = ownTypes + sessionTypes;

/** Built without validation, which would take half the time; a test validates it. */
export const schema = buildSchema(typeDefs, { assumeValidSDL: true });
