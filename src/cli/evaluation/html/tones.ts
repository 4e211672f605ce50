import type { Standing, Standings } from '../../../training/standings.ts';
import { element, escaped } from './markup.ts';

/** A colour for the rules that the eye should find; the others are grey. */
export function tonesOf({ rules, bestUntuned }: Standings): (name: string) => string {
  const policies = rules.filter(({ role }) => role === 'policy').map(({ name }) => name);
  const toneOf = ({ name, role }: Standing) => {
    if (role === 'policy') return name === policies[0] ? 's0' : 's1';
    if (name === bestUntuned) return 's2';
    return role === 'tuned' ? 's3' : role === 'bound' ? 's4' : 'rest';
  };
  const byName = new Map(rules.map((rule) => [rule.name, toneOf(rule)]));
  return (name) => byName.get(name) ?? 'rest';
}

/** What the colours of lines mean. */
export function legend(names: readonly string[], toneOf: (name: string) => string): string {
  const told = names.filter((name) => toneOf(name) !== 'rest');
  const others = names.length - told.length;
  const items = told.map((name) => item(name, toneOf(name)));
  if (others > 0) items.push(item(`${others} other rules`, 'rest'));
  return `<ul class="legend">${items.join('')}</ul>`;
}

function item(label: string, tone: string): string {
  const swatch = element('line', { x1: 0, y1: 4, x2: 28, y2: 4, class: `line ${tone}` });
  return `<li>${element('svg', { viewBox: '0 0 28 8', 'aria-hidden': 'true' }, swatch)}${escaped(label)}</li>`;
}
