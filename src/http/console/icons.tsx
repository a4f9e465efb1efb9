import { raw } from 'hono/html';

/** Line drawings of 20 by 20. They decorate: the text beside them says what they mean. */
const drawings = {
  overview: '<path d="M3 16.5V9m4.7 7.5v-13m4.6 13v-6m4.7 6V6"/>',
  paylinks:
    '<path d="M8.5 11.5l3-3M7 9.5 5.3 11.2a2.9 2.9 0 0 0 4.1 4.1L11 13.6M13 10.5l1.7-1.7a2.9 2.9 0 0 0-4.1-4.1L9 6.4"/>',
  recipients: '<circle cx="10" cy="7" r="3"/><path d="M4 16.5c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5"/>',
  webhooks:
    '<path d="M10 3.5v4m0 5v4M5 10h-1.5m13 0H15M6.5 6.5 5.400 5.400m9.200 9.200-1.100-1.100m0-7 1.100-1.100M5.400 14.600l1.100-1.100"/><circle cx="10" cy="10" r="2.5"/>',
  keys: '<circle cx="7" cy="13" r="3.5"/><path d="m9.5 10.5 6.5-6.5m-3 3 2.5 2.5"/>',
  settings: '<path d="M3.5 6h7m4 0h2m-13 8h2m4 0h7"/><circle cx="12.5" cy="6" r="2"/><circle cx="7.5" cy="14" r="2"/>',
  audit: '<path d="M5 3.5h10v13H5zM8 7.5h4M8 10.5h4M8 13.5h2"/>',
  operator: '<path d="M10 3 4 5.5V10c0 3.5 2.5 6 6 7 3.5-1 6-3.5 6-7V5.5z"/>',
  search: '<circle cx="9" cy="9" r="5"/><path d="m13 13 3.5 3.5"/>',
  menu: '<path d="M3.5 6h13m-13 4h13m-13 4h13"/>',
} as const;

export type IconName = keyof typeof drawings;

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
    {raw(drawings[name])}
  </svg>
);
