/** The n-th largest value, n from 1; -Infinity where there are fewer. Linear on average (quickselect). */
export function nthLargest(values: Float64Array, n: number): number {
  if (values.length < n) return Number.NEGATIVE_INFINITY;
  const rest = values.slice();
  let low = 0;
  let high = rest.length - 1;
  while (low < high) {
    const pivot = rest[(low + high) >> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (rest[left]! > pivot) left++;
      while (rest[right]! < pivot) right--;
      if (left > right) break;
      const swapped = rest[left]!;
      rest[left++] = rest[right]!;
      rest[right--] = swapped;
    }
    if (n - 1 <= right) high = right;
    else if (n - 1 >= left) low = left;
    else break;
  }
  return rest[n - 1]!;
}
