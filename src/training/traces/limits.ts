/** What one machine or job of a trace may have: as many GPUs as a node of the network. */
export const MAX_GPUS = 4_095;
/** A time, or a length of time. */
export const MAX_SEC = 2 ** 32 - 1;
export const MAX_MEMORY_MIB = 2 ** 32 - 1;
export const MAX_PRIORITY = 10_000;
