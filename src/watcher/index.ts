export { nameOf, violationOf } from './violationOf.ts';
export { Watching } from './Watching.ts';
