import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { qrSvg } from '../../../src/http/pages/qr.ts';

/** Reads the modules back out of the picture. */
function modulesOf(svg: string): boolean[][] {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const grid = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    for (let i = 0; i < Number(width); i++) grid[Number(y)]?.splice(Number(x) + i, 1, true);
  }
  return grid;
}

describe('a QR code', () => {
  it('has exactly the modules of the encoder, quiet zone included', () => {
    const link = 'http://gateway.test/s/0123456789abc';
    const modules = modulesOf(qrSvg(link));
    expect(modules).toEqual(encode(link, { ecc: 'M', border: 4 }).data);
    expect(modules.slice(0, 4).flat()).not.toContain(true);
    expect(modules[4]?.slice(4, 11)).toEqual([true, true, true, true, true, true, true]);
  });

  it('carries no text of the link, so nothing in it needs escaping', () => {
    expect(qrSvg('https://x.test/"><script>')).not.toContain('script');
  });
});
