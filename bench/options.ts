import { parseArgs } from 'node:util';

/** `npm run bench -- --rounds 16 --count 250 --only send` · `-- --growth` · `-- --markdown` */
export type Options = {
  rounds: number;
  /** Sends a measurement; cheaper requests take multiples of it. */
  count: number;
  connections: number;
  /** As in wrangler.toml, unless another pool is to be measured. */
  coordinators: number;
  /** Only scenarios whose name contains this. */
  only: string;
  peer: boolean;
  /** Measures growth instead of the scenarios. */
  growth: boolean;
  /** How many Paylinks many are, for growth. */
  many: number;
  /** Prints what results.json has, for the README, and measures nothing. */
  markdown: boolean;
  /** Whether results.json is written: a whole run, unless told not to. */
  save: boolean;
};

export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '16' },
      count: { type: 'string', default: '250' },
      connections: { type: 'string', default: '32' },
      coordinators: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      growth: { type: 'boolean', default: false },
      many: { type: 'string', default: '1000000' },
      markdown: { type: 'boolean', default: false },
      'no-peer': { type: 'boolean', default: false },
      'no-save': { type: 'boolean', default: false },
    },
  });
  const whole = (name: string, text: string, least: number, most: number) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new Error(`--${name} takes ${least} to ${most}`);
    return value;
  };
  const many = whole('many', values.many, 10_000, 5_000_000);
  return {
    rounds: whole('rounds', values.rounds, 1, 50),
    count: whole('count', values.count, 1, 5_000),
    connections: whole('connections', values.connections, 1, 256),
    coordinators: whole('coordinators', values.coordinators, 1, 4096),
    only: values.only,
    peer: !values['no-peer'],
    growth: values.growth,
    many,
    markdown: values.markdown,
    save: !values['no-save'] && values.only === '' && !values['no-peer'],
  };
}
