/** Text as HTML and SVG show it. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** An element with its attributes; undefined ones are left out. `inner` is markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  inner = '',
): string {
  const told = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? rounded(value) : value!)}"`);
  return `<${name}${told.join('')}>${inner}</${name}>`;
}

/** Hundredths of a pixel are enough, and make the same page everywhere. */
const rounded = (value: number): string => String(Math.round(value * 100) / 100);

/** A table whose first column heads its rows. */
export function htmlTable(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const head = header.map((title) => element('th', { scope: 'col' }, escaped(title))).join('');
  const body = rows.map(([first, ...rest]) => {
    const cells = rest.map((cell) => element('td', {}, escaped(cell))).join('');
    return `<tr>${element('th', { scope: 'row' }, escaped(first ?? ''))}${cells}</tr>`;
  });
  const inner = `<caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody>`;
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    `<table>${inner}</table>`,
  );
}
