/** The demo merchants of `npm start`. They are fixed and public, so the README's examples work as printed. Never part of a deployment. */
type DemoMerchant = {
  id: string;
  name: string;
  brandColor: string;
  supportEmail: string;
  credentials: { id: string; scheme: 'hmac' | 'skipify' | 'bearer'; label: string; secret: string }[];
};

export const demoMerchants: DemoMerchant[] = [
  {
    id: '11111111-2222-4333-8444-555555555555',
    name: 'Northwind Outfitters',
    brandColor: '#0f766e',
    supportEmail: 'help@northwind.example',
    credentials: [
      {
        id: '11111111-0000-4000-8000-000000000001',
        scheme: 'hmac',
        label: 'Demo HMAC',
        secret: 'sk_test_4f9c1e7ab2d04c6d9a5be3f80c1d7726',
      },
      {
        id: '11111111-0000-4000-8000-000000000002',
        scheme: 'bearer',
        label: 'Demo API key',
        secret: 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c',
      },
      {
        id: '11111111-0000-4000-8000-000000000003',
        scheme: 'skipify',
        label: 'Demo skipify key',
        secret: 'sk_skipify_9c2d7f10a4b84e5f8f60d1c2b3a49587',
      },
    ],
  },
  {
    id: '22222222-3333-4444-8555-666666666666',
    name: 'Blue Harbor Coffee',
    brandColor: '#1d4ed8',
    supportEmail: 'hello@blueharbor.example',
    credentials: [
      {
        id: '22222222-0000-4000-8000-000000000001',
        scheme: 'bearer',
        label: 'Demo API key',
        secret: 'plk_test_other_3c4fcf098815f7aba6d2ae2816157e2b',
      },
    ],
  },
];

/** Both merchants are live, so the configured providers are used; by default that is the inbox. */
export const demoSettings = {
  mode: 'live',
  country: 'US',
  locale: 'en-US',
  smsCountries: ['US', 'CA', 'GB'],
  /** 2026-01-01, ms; fixed, so that seeding again changes nothing. */
  createdAt: Date.UTC(2026, 0, 1),
} as const;
