import { parseArgs } from 'node:util';

/** `npm run bench -- --rounds 7 --count 400 --only send --growth` */
export type Options = {
  rounds: number;
  /** Sends a measurement; cheaper requests take multiples of it. */
  count: number;
  connections: number;
  coordinators: number;
  /** Only scenarios whose name contains this. */
  only: string;
  growth: boolean;
  peer: boolean;
};

export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '7' },
      count: { type: 'string', default: '400' },
      connections: { type: 'string', default: '32' },
      coordinators: { type: 'string', default: '64' },
      only: { type: 'string', default: '' },
      growth: { type: 'boolean', default: false },
      'no-peer': { type: 'boolean', default: false },
    },
  });
  const whole = (name: string, text: string, most: number) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > most) throw new Error(`--${name} takes 1 to ${most}`);
    return value;
  };
  return {
    rounds: whole('rounds', values.rounds, 50),
    count: whole('count', values.count, 5_000),
    connections: whole('connections', values.connections, 256),
    coordinators: whole('coordinators', values.coordinators, 4096),
    only: values.only,
    growth: values.growth,
    peer: !values['no-peer'],
  };
}
