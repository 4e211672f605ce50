import { element, escaped } from './markup.ts';

/** Narrow enough that its letters stay readable on a phone, where it is scaled down a little. */
export const PLOT_WIDTH = 420;

/** An SVG that says what it shows to those who cannot see it. */
export function plot(title: string, description: string, height: number, inner: string): string {
  const label = `${title}. ${description}`;
  return element(
    'svg',
    { viewBox: `0 0 ${PLOT_WIDTH} ${height}`, role: 'img', 'aria-label': label },
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc>${inner}`,
  );
}

export function text(x: number, y: number, content: string, className: string): string {
  return element('text', { x, y, class: className }, escaped(content));
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  className: string,
): string {
  return element('line', { x1: from[0], y1: from[1], x2: to[0], y2: to[1], class: className });
}
