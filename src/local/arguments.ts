/** The arguments of `npm start -- …`: those that this command uses, and the rest for `wrangler dev`. */
export type StartArguments = {
  /** 0: any free port. */
  port: number;
  ip: string;
  /** null: where `npm start` keeps its data by default. */
  persistTo: string | null;
  vars: Map<string, string>;
  /** Show all that wrangler and the gateway print. */
  verbose: boolean;
  /** Give the demo merchant its Paylinks. */
  seed: boolean;
  rest: string[];
};

const known = new Set(['--port', '--ip', '--persist-to', '--var']);

/**
 * Reads arguments as wrangler does: `--name value` or `--name=value`; `--var` takes every value up to the next flag; the last one wins.
 * @throws Error with a message for a person: an invalid port, a missing value, or a `--var` without a colon
 */
export function readArguments(argv: readonly string[]): StartArguments {
  const given: StartArguments = {
    port: 8787,
    ip: '127.0.0.1',
    persistTo: null,
    vars: new Map(),
    verbose: false,
    seed: true,
    rest: [],
  };
  const take = (name: string, value: string) => {
    if (name === '--port') given.port = portOf(value);
    else if (name === '--ip') given.ip = value;
    else if (name === '--persist-to') given.persistTo = value;
    else {
      const colon = value.indexOf(':');
      if (colon < 1) throw new Error(`--var takes NAME:value, not "${value}"`);
      given.vars.set(value.slice(0, colon), value.slice(colon + 1));
    }
  };
  for (let i = 0; i < argv.length; i++) {
    const [name = '', inline] = split(argv[i] ?? '');
    if (name === '--verbose' || name === '--no-seed') {
      if (name === '--verbose') given.verbose = true;
      else given.seed = false;
      continue;
    }
    if (!known.has(name)) {
      given.rest.push(argv[i] ?? '');
      continue;
    }
    const values = inline === undefined ? [] : [inline];
    while (inline === undefined && (values.length === 0 || name === '--var')) {
      const next = argv[i + 1];
      if (next === undefined || next.startsWith('-')) break;
      values.push(next);
      i++;
    }
    if (values.length === 0) throw new Error(`${name} needs a value`);
    for (const value of values) take(name, value);
  }
  return given;
}

/** The environment of wrangler.toml that is asked for (`-e`, `--env`); null: none. */
export function environmentOf(rest: readonly string[]): string | null {
  const at = rest.findLastIndex((argument) => /^(?:-e|--env)(?:=|$)/.test(argument));
  if (at < 0) return null;
  const [, inline] = split(rest[at] ?? '');
  return (inline ?? rest[at + 1] ?? '') || null;
}

function split(argument: string): [string, string | undefined] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`--port takes 0–65535, not "${text}"`);
  return port;
}
