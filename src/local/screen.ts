import { demoMerchants } from './demo.ts';
import { demoKey, sendCommand } from './demo-command.ts';

/** What `npm start` shows once the gateway answers. @param url with the port in use */
export const screen = (url: string, persistTo: string): string => `
  Paylink Gateway   ${url}
  Console           ${url}/console
  Inbox             ${url}/inbox
  Docs              ${url}/docs
  GraphiQL          ${url}/graphiql

  API key           ${demoKey}
                    of the demo merchant, ${demoMerchants[0]?.name} (${demoMerchants[0]?.id})
  Data              ${persistTo} (the operator's token is in secrets.env; Ctrl-C stops the gateway, the data stays)

  Send a message: paste this into another terminal.

${sendCommand(url)}
`;
