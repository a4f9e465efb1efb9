/** What `npm start -- --help` prints. */
export const help = `npm start: the gateway on this machine, with a demo merchant. No message leaves the machine unless you configure a provider.

  npm start -- [options] [options of wrangler dev]

  --port N           the port, default 8787; 0 takes a free one
  --ip ADDRESS       where to listen, default 127.0.0.1
  --persist-to DIR   where the data and the local keys are, default .wrangler/start
  --var NAME:value   a variable of docs/operations.md, several times if need be; secrets belong into .dev.vars
  --no-seed          the demo merchant without its Paylinks
  --verbose          everything that wrangler and the gateway print, instead of a line a request and a message
  --help             this text

  npm start -- --port 9000 --var RATE_LIMIT_REQUESTS:1000
`;
