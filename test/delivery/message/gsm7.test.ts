import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitted, septets, toGsm7 } from '../../../src/delivery/message/gsm7.ts';

describe('the GSM-7 alphabet', () => {
  it('has the 127 characters of 3GPP TS 23.038 at one septet and its extension at two', () => {
    const single = Array.from({ length: 0x2030 }, (_, code) => String.fromCharCode(code)).filter(
      (one) => septets(one) === 1,
    );
    expect(single).toHaveLength(127);
    expect(septets('@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà')).toBe(42);
    expect(septets('^{}\\[~]|€')).toBe(18);
    expect(septets('')).toBe(0);
    for (const foreign of ['ç', '`', 'á', 'í', 'ê', '支', '🎉', '\t', '“']) expect(septets(foreign)).toBeNull();
  });

  it('can write whatever it was given, once it is told in its letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const told = toGsm7(text).text;
        expect(septets(told)).not.toBeNull();
        expect(toGsm7(told)).toEqual({ text: told, lost: false });
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves its own text as it is', () => {
    const own = fc.string({
      unit: fc.constantFrom(...'@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&\'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà^{}\\[~]|€'),
    });
    fc.assert(
      fc.property(own, (text) => {
        expect(toGsm7(text)).toEqual({ text, lost: false });
      }),
    );
  });

  it('says when something was lost', () => {
    expect(toGsm7('支払い 5')).toEqual({ text: '5', lost: true });
    expect(toGsm7('e\u0301té')).toEqual({ text: 'été', lost: false });
    expect(toGsm7('½ kg')).toEqual({ text: '1/2 kg', lost: false });
  });

  it('shortens to the room there is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '€', ' ', 'é') }), fc.nat(60), (text, room) => {
        const short = fitted(text, room);
        expect(septets(short)).toBeLessThanOrEqual(Math.max(room, 0));
        expect(text.startsWith(short.replace(/\.\.\.$/, ''))).toBe(true);
      }),
    );
  });
});
