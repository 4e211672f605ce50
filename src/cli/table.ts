const NUMBER = /^[-−+<]?[\d.,]+(\s?[A-Za-z%/µ-]+)?$/;

/** Columns of one width, numbers to the right, two spaces between. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) =>
    Math.max(...[header, ...rows].map((row) => width(row[i] ?? title))),
  );
  const right = header.map((_, i) => isOfNumbers(rows.map((row) => row[i] ?? '')));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return `${[header, ...rows].map(line).join('\n')}\n`;
}

/** All that is there is a number; a dash stands for what is not. */
function isOfNumbers(cells: readonly string[]): boolean {
  const told = cells.filter((cell) => cell !== '-' && cell !== '–');
  return told.length > 0 && told.every((cell) => NUMBER.test(cell));
}

const width = (cell: string) => [...cell].length;
