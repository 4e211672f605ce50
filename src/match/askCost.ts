const SEC_PER_HOUR = 3_600;

/**
 * ceilDiv(ask · gpuSec, 3600) in float64, exact wherever it is at most 2^53 - 1, and above that where it is not.
 * ask < 2^40 and gpuSec < 2^45, as their words have it.
 *
 * Whole hours are counted apart: ask · (seconds left) < 2^52 is exact. Its quotient is below 2^41, where numbers are
 * 2^-12 apart, so rounding (by at most 2^-13) does not cross an integer: a fraction of it is at least 1/3600.
 */
export function askCostMicro(askMicroPerGpuHour: number, gpuSec: number): number {
  const hours = Math.floor(gpuSec / SEC_PER_HOUR);
  const rest = gpuSec - hours * SEC_PER_HOUR;
  return askMicroPerGpuHour * hours + Math.ceil((askMicroPerGpuHour * rest) / SEC_PER_HOUR);
}
