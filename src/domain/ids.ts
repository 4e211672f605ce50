/** Identities have types: a round is not a node. All are unsigned 32-bit integers on chain; 0 means none. */
declare const brand: unique symbol;
type Id<Name extends string> = number & { readonly [brand]: Name };

export type NodeId = Id<'NodeId'>;
export type WorkloadId = Id<'WorkloadId'>;
export type PolicyId = Id<'PolicyId'>;
export type Round = Id<'Round'>;
export type Epoch = Id<'Epoch'>;

export type Hex = `0x${string}`;
export type Address = Hex;

export const NodeId = (value: number) => value as NodeId;
export const WorkloadId = (value: number) => value as WorkloadId;
export const PolicyId = (value: number) => value as PolicyId;
export const Round = (value: number) => value as Round;
export const Epoch = (value: number) => value as Epoch;
