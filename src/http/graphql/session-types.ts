/** The vendor's own verbs, and what its `PaymentSession` has beside ours. */
export const sessionTypes = /* GraphQL */ `
extend type Query {
  """
  A page of your own payment sessions, newest first: \`first\` and \`after\`, or \`last\` and \`before\`. At most 100; 20 by default.
  """
  paymentSessions(first: Int, after: String, last: Int, before: String, filter: PaymentSessionFilter): PaymentSessionConnection!
}

extend type Mutation {
  """
  Creates a payment session. The session can be sent at once, by the channels of its contact.
  """
  createPaymentSession(input: CreatePaymentSessionInput!): PaymentSession!
  """
  Changes the given fields of a payment session; a field that is left out keeps its value. The rules are those of REST's update. \`status: Cancelled\` cancels it.
  """
  updatePaymentSession(input: UpdatePaymentSessionInput!): PaymentSession!
  """
  Cancels a payment session: from then on nothing is sent, and it is not active again.
  """
  cancelPaymentSession(id: ID!): OperationSuccess!
}

extend type PaymentSession {
  """
  The merchant, as \`merchantId\`.
  """
  orgId: ID!
  state: PaymentSessionState!
  """
  What the customer is asked to pay in all, as \`total\`.
  """
  amount: Amount!
  """
  What is still to be paid.
  """
  amountDue: Amount!
  """
  ISO 4217, as \`currencyCode\`.
  """
  currency: String!
  """
  Your own reference, as \`merchantInvoiceId\`. Never shown to the customer.
  """
  transactionRef: String
  """
  Your own references to invoices. Never shown to the customer.
  """
  invoiceRefs: [String!]!
  expirationDate: DateTime!
  """
  Where the page sends the customer after payment.
  """
  successUrl: String
  """
  Where you hear of this session's events.
  """
  callbackUrl: String
  brandName: String
  brandLogoUrl: String
  """
  The names of attached files. REST attaches them and takes them off.
  """
  attachments: [String!]!
}

extend type PaymentSessionContact {
  givenName: String
  familyName: String
  """
  The given and the family name.
  """
  name: String
}

"""
The state of a payment session. \`status\` is more precise.
"""
enum PaymentSessionState {
  """
  It can be sent and paid.
  """
  Active
  """
  It is paid; perhaps refunded since.
  """
  Completed
  Expired
  Cancelled
}

input CreatePaymentSessionInput {
  """
  The merchant: yourself, which is the default, or a direct child.
  """
  orgId: ID
  """
  What the customer is to pay. Without \`lineItems\` the session gets one line of this amount; with them it must be equal to their total.
  """
  amount: Amount
  """
  ISO 4217. Default USD.
  """
  currency: String
  """
  Where you hear of this session's events, signed with your callback secret: https, by the rules of a webhook endpoint's URL.
  """
  callbackUrl: String
  """
  Where the page sends the customer after payment: https.
  """
  successUrl: String
  contactRef: PaymentSessionContactInput
  """
  The gateway stores no contacts: use \`contactRef\`.
  """
  contactId: ID
  """
  Your own reference, at most 255 characters.
  """
  transactionRef: String
  """
  Your own references to invoices, at most 50.
  """
  invoiceRefs: [String!]
  """
  A time in the future, or a day, which ends at midnight UTC. Default: 30 days from now.
  """
  expirationDate: String
  """
  Shown to the customer instead of the merchant's name.
  """
  brandName: String
  """
  Shown to the customer instead of the merchant's logo: https.
  """
  brandLogoUrl: String
  """
  Whether the customer agreed to receive messages. Left out, it is the merchant's setting \`consentByContract\`.
  """
  customerConsent: Boolean
  """
  Shown to the customer, at most 255 characters.
  """
  description: String
  lineItems: [PaymentSessionLineItemInput!]
}

input UpdatePaymentSessionInput {
  id: ID!
  """
  What the customer is to pay. Without \`lineItems\` one line of this amount replaces the lines; with them it must be equal to their total. Tax and shipping of the session are removed.
  """
  amount: Amount
  currency: String
  callbackUrl: String
  successUrl: String
  """
  Replaces the contact as a whole.
  """
  contactRef: PaymentSessionContactInput
  """
  The gateway stores no contacts: use \`contactRef\`.
  """
  contactId: ID
  transactionRef: String
  invoiceRefs: [String!]
  expirationDate: String
  brandName: String
  brandLogoUrl: String
  customerConsent: Boolean
  description: String
  lineItems: [PaymentSessionLineItemInput!]
  """
  \`Cancelled\` cancels the session; then no other field may be given. No other state can be set.
  """
  status: PaymentSessionState
}

input PaymentSessionContactInput {
  givenName: String
  familyName: String
  email: String
  """
  E.164, or a national number of the merchant's country.
  """
  phone: String
}

input PaymentSessionLineItemInput {
  sku: String
  description: String
  category: String
  """
  Per unit, in the currency's minor unit.
  """
  price: Integer!
  quantity: Integer!
  """
  For the line, in the currency's minor unit.
  """
  tax: Integer
}

input PaymentSessionFilter {
  """
  Any of these.
  """
  status: [PaymentSessionStatus!]
  """
  At least one attempt to deliver the link has this status. \`UNKNOWN\` finds sessions with an unknown outcome.
  """
  deliveryStatus: PaymentSessionDeliveryStatus
  transactionRef: String
  """
  The checkout's own id of an order that paid the session.
  """
  orderId: String
  """
  The customer's email address or phone number, exactly.
  """
  recipient: String
  """
  A direct child's id, or \`all\` for yourself and every direct child.
  """
  orgId: ID
  createdAfter: DateTime
  createdBefore: DateTime
}

type PaymentSessionConnection {
  edges: [PaymentSessionEdge!]!
  """
  The sessions of \`edges\`.
  """
  nodes: [PaymentSession!]!
  pageInfo: PageInfo!
}

type PaymentSessionEdge {
  cursor: String!
  node: PaymentSession!
}

type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

"""
An amount of money in the currency's major unit, as a decimal string: \`"10.10"\` in USD, \`"1010"\` in JPY.
"""
scalar Amount
`;
