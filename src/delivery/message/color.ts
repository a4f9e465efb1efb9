/** The button's colour when a merchant has none, or one that is not safe in a style attribute. */
const DEFAULT_COLOR = '#1f4fd8';

/** A merchant's colour as `#rrggbb` in lower case, else the default: nothing else may get into a style attribute. */
export const brandColorOf = (color: string | null): string =>
  color !== null && /^#[0-9a-f]{6}$/i.test(color) ? color.toLowerCase() : DEFAULT_COLOR;

/** White or black, whichever contrasts more with the background `#rrggbb`: at least 4.5, WCAG AA, for any. */
export const readableOn = (background: string): string =>
  contrast(background, '#ffffff') >= contrast(background, '#000000') ? '#ffffff' : '#000000';

/** A border for a surface that would vanish on white or on the dark scheme's card, else the surface's own colour. */
export const outlineOf = (color: string): string =>
  contrast(color, '#ffffff') < 1.6 || contrast(color, '#1c1f26') < 1.4 ? '#8b93a1' : color;

/** Contrast ratio of two `#rrggbb` colours, 1–21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const channel = (from: number) => {
    const value = Number.parseInt(color.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
