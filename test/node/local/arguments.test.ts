import { describe, expect, it } from 'vitest';
import { environmentOf, readArguments } from '../../../src/local/arguments.ts';

describe('the arguments of npm start', () => {
  it('default to port 8787 on 127.0.0.1, the default folder and few words', () => {
    expect(readArguments([])).toEqual({
      port: 8787,
      ip: '127.0.0.1',
      persistTo: null,
      vars: new Map(),
      verbose: false,
      seed: true,
      rest: [],
    });
  });

  it('are read in both forms', () => {
    const spaced = readArguments(['--port', '9000', '--persist-to', '/data', '--var', 'A:1', '--ip', '0.0.0.0']);
    expect(readArguments(['--port=9000', '--persist-to=/data', '--var=A:1', '--ip=0.0.0.0'])).toEqual(spaced);
    expect(spaced).toEqual({
      port: 9000,
      ip: '0.0.0.0',
      persistTo: '/data',
      vars: new Map([['A', '1']]),
      verbose: false,
      seed: true,
      rest: [],
    });
  });

  it('keep colons and equals signs in the value of a variable, and its last value', () => {
    const { vars } = readArguments([
      '--var',
      'A:first',
      '--var',
      'URL:http://localhost:9/?x=1',
      'B:',
      '--var=A:second',
    ]);
    expect([...vars]).toEqual([
      ['A', 'second'],
      ['URL', 'http://localhost:9/?x=1'],
      ['B', ''],
    ]);
  });

  it('may leave the demo merchant without its Paylinks', () => {
    expect(readArguments(['--no-seed'])).toMatchObject({ seed: false, rest: [] });
  });

  it('say with --verbose that everything is to be shown, which wrangler does not hear of', () => {
    expect(readArguments(['--verbose', '--log-level', 'debug'])).toMatchObject({
      verbose: true,
      rest: ['--log-level', 'debug'],
    });
  });

  it('name an environment of wrangler.toml', () => {
    expect(
      [[], ['--bogus'], ['-e', 'staging'], ['--env=staging'], ['--env', 'a', '--env', 'b']].map(environmentOf),
    ).toEqual([null, null, 'staging', 'staging', 'b']);
  });

  it('that are unknown here are passed to wrangler, in their order', () => {
    expect(readArguments(['--log-level', 'debug', '--port', '1', '--test-scheduled']).rest).toEqual([
      '--log-level',
      'debug',
      '--test-scheduled',
    ]);
  });

  it.each([
    [['--port', 'x']],
    [['--port', '70000']],
    [['--port']],
    [['--var', 'NOCOLON']],
    [['--var', ':x']],
    [['--persist-to', '--var']],
  ])('are refused when they make no sense: %j', (argv) => {
    expect(() => readArguments(argv)).toThrow(/--(port|var|persist-to)/);
  });
});
