import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attachmentName, attachmentType } from '../../src/paylinks/domain/attachment-name.ts';
import { JPEG, PDF, PNG } from '../support/uploads.ts';

it.each([
  ['invoice.pdf', 'invoice.pdf'],
  ['Rechnung März.PDF', 'Rechnung März.PDF'],
  ['請求書.pdf', '請求書.pdf'],
  ['../../etc/passwd', 'passwd.pdf'],
  ['..\\..\\windows\\system32\\a.pdf', 'a.pdf'],
  ['/', 'attachment.pdf'],
  ['..', 'attachment.pdf'],
  ['', 'attachment.pdf'],
  ['.pdf', 'pdf.pdf'],
  ['.htaccess', 'htaccess.pdf'],
  ['a\r\nSet-Cookie: x=1.pdf', 'aSet-Cookie_ x=1.pdf'],
  ['a\u0000.exe\u0000.pdf', 'a.exe.pdf'],
  ['invoice\u202Efdp.exe', 'invoicefdp.exe.pdf'],
  ['in\u200Bvo\u2066ice\u2069.pdf', 'invoice.pdf'],
  ['page.html', 'page.html.pdf'],
  ['a"b<c>|d?e*f.pdf', 'a_b_c__d_e_f.pdf'],
  ['100%#1.pdf', '100__1.pdf'],
  ['con.pdf', '_.pdf'],
  ['a. ', 'a.pdf'],
  ['\ud800.pdf', '\ufffd.pdf'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(95)}.pdf`],
])('%j is kept as %j', (given, kept) => {
  expect(attachmentName(given, 'application/pdf')).toBe(kept);
});

it('a name has the ending of what the file is', () => {
  expect(attachmentName('photo.png', 'image/jpeg')).toBe('photo.png.jpg');
  expect(attachmentName('photo.JPEG', 'image/jpeg')).toBe('photo.JPEG');
  expect(attachmentName('photo.jpg', 'image/png')).toBe('photo.jpg.png');
});

it('whatever a name is, it becomes one that no system takes for a path, and that stays as it is', () => {
  const types = fc.constantFrom('application/pdf' as const, 'image/png' as const, 'image/jpeg' as const);
  const awkward = fc.constantFrom('.', '/', '\\', '\u202e', '\u0000', '\n', '%', ' ', '..', 'con', '.pdf', '"', '💸');
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 150 }),
    fc
      .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 3 })), { maxLength: 60 })
      .map((a) => a.join('')),
  );
  fc.assert(
    fc.property(names, types, (given, type) => {
      const name = attachmentName(given, type);
      expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\<>:"|?*%#]/u);
      expect(name).toMatch(/^[^. ].*\.(?:pdf|png|jpe?g)$/isu);
      expect([...name].length).toBeLessThanOrEqual(100);
      expect(name.isWellFormed()).toBe(true);
      expect(attachmentName(name, type)).toBe(name);
    }),
    { numRuns: 3_000 },
  );
});

it('a file is what its first bytes say', () => {
  expect([PDF, PNG, JPEG].map(attachmentType)).toEqual(['application/pdf', 'image/png', 'image/jpeg']);
  const others = ['<html>', 'GIF89a', ' %PDF-1.7', '%PDF', '\u0089PNG', 'PK\u0003\u0004', ''];
  for (const text of others) expect(attachmentType(new TextEncoder().encode(text)), text).toBeNull();
});
