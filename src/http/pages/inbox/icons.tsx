import { raw } from 'hono/html';

/** Strokes on a 24 × 24 field. Decorative: words stand beside each. */
const paths = {
  email: '<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m3.5 7.5 8.5 6 8.5-6"/>',
  sms: '<path d="M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z"/><path d="M8 10.5h.01M12 10.5h.01M16 10.5h.01"/>',
  search: '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
  bin: '<path d="M4 7h16M10 11v6M14 11v6M6 7l1 12a2 2 0 0 0 2 2h6a2 2 0 0 0 2-2l1-12M9 7V5a2 2 0 0 1 2-2h2a2 2 0 0 1 2 2v2"/>',
  back: '<path d="m14.5 5-7 7 7 7"/>',
  out: '<path d="M14 4h6v6M20 4l-9 9M11 5H6a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2v-5"/>',
  tray: '<path d="M3 13h5l1.5 3h5L16 13h5M5.5 5.5h13L21 13v4.5a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V13Z"/>',
} as const;

export const Icon = ({ name }: { name: keyof typeof paths }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    {raw(paths[name])}
  </svg>
);
