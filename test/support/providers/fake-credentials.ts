/** What the fake providers accept; no Node here, so that tests in workerd can use it too. */
export const fakeCredentials = {
  MAILCHANNELS_API_KEY: 'mc-fake-key',
  RESEND_API_KEY: 're_fake_key',
  TWILIO_ACCOUNT_SID: 'AC00112233445566778899aabbccddeeff',
  TWILIO_AUTH_TOKEN: 'fake-auth-token',
  TELNYX_API_KEY: 'KEY-fake',
};

/** The gateway's variables that point it at the fakes. */
export const fakeVariables = (url: string) => ({
  ...fakeCredentials,
  MAILCHANNELS_BASE_URL: url,
  RESEND_BASE_URL: url,
  TWILIO_BASE_URL: url,
  TELNYX_BASE_URL: url,
});
