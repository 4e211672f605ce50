import { PARAMETERS, type ParameterSpec } from '../src/domain/parameters.ts';

const SOURCE = 'src/domain/parameters.ts';

/** 1_000_000 rather than 1000000: Solidity and TypeScript read it alike. */
const grouped = (value: number): string =>
  Number.isSafeInteger(value) && value >= 0
    ? String(value).replace(/\B(?=(\d{3})+$)/g, '_')
    : fail(`a parameter is a natural number, not ${value}`);

const fail = (message: string): never => {
  throw new Error(message);
};

const boundsLine = ({ name, min, max, largestStep, cooldownSec }: ParameterSpec): string =>
  `        if (p == Parameter.${name}) return Bounds(${[min, max, largestStep, cooldownSec].map(grouped).join(', ')});`;

const checked = (specs: readonly ParameterSpec[]): readonly ParameterSpec[] => {
  for (const { name, min, max, dev, public: publicDefault, largestStep } of specs) {
    for (const value of [dev, publicDefault])
      if (value < min || value > max) fail(`${name}: default ${value} is not in [${min}, ${max}]`);
    if (largestStep === 0) fail(`${name}: a largest step of 0 could never be written`);
  }
  return specs;
};

const defaults = (network: 'dev' | 'public', specs: readonly ParameterSpec[]): string[] => [
  `    /// @notice What a ${network === 'dev' ? 'development' : 'public'} network starts with.`,
  `    function ${network}Defaults() internal pure returns (uint256[] memory values) {`,
  '        values = new uint256[](PARAMETER_COUNT);',
  ...specs.map((spec) => `        values[uint256(Parameter.${spec.name})] = ${grouped(spec[network])};`),
  '    }',
];

/** `contracts/src/generated/ParameterTable.sol`. */
export const parameterTable = (): string => {
  const specs = checked(PARAMETERS);
  return `${[
    '// SPDX-License-Identifier: Apache-2.0',
    'pragma solidity ^0.8.30;',
    '',
    `// Generated from ${SOURCE} by \`npm run generate\`. Do not edit.`,
    '',
    'enum Parameter {',
    specs.map((spec) => `    ${spec.name}`).join(',\n'),
    '}',
    '',
    `uint256 constant PARAMETER_COUNT = ${specs.length};`,
    '',
    'library ParameterTable {',
    '    /// @notice The hard bounds of a parameter, its largest step and the seconds between two writes.',
    '    struct Bounds {',
    '        uint256 min;',
    '        uint256 max;',
    '        uint256 largestStep;',
    '        uint256 cooldownSec;',
    '    }',
    '',
    '    function bounds(Parameter p) internal pure returns (Bounds memory) {',
    ...specs.slice(0, -1).map(boundsLine),
    boundsLine(specs.at(-1)!).replace(/if .*? return/, 'return'),
    '    }',
    '',
    ...defaults('dev', specs),
    '',
    ...defaults('public', specs),
    '}',
  ].join('\n')}\n`;
};

const COLUMNS = ['Parameter', 'Unit', 'What it does', 'Dev', 'Public', 'Min', 'Max', 'Step', 'Cooldown (s)'];

/** `docs/PARAMETERS.md`. */
export const parametersPage = (): string => {
  const rows = checked(PARAMETERS).map((spec) => [
    `\`${spec.name}\``,
    spec.unit,
    spec.doc,
    ...[spec.dev, spec.public, spec.min, spec.max, spec.largestStep, spec.cooldownSec].map(grouped),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[
    '# Parameters',
    '',
    `Generated from \`${SOURCE}\` by \`npm run generate\`. Do not edit.`,
    '',
    'Every live number of the network. The timelock alone writes them: inside [min, max], by at most one step from the last',
    'written value, not before the cooldown is over (a development chain has no cooldowns). A write made in round r binds from round r+1.',
    '',
    line(COLUMNS),
    line(COLUMNS.map((_, column) => (column < 3 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n')}\n`;
};
