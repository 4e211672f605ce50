/** Passes on what a job writes until `maxBytes`, then says once that the rest is dropped. */
export function capLog(write: (chunk: Buffer) => void, maxBytes: number): (chunk: Buffer) => void {
  let left = maxBytes;
  return (chunk) => {
    if (left < 0) return;
    if (chunk.length <= left) {
      left -= chunk.length;
      write(chunk);
      return;
    }
    write(
      Buffer.concat([chunk.subarray(0, left), Buffer.from(`\n[log ends: more than ${maxBytes} bytes]\n`)]),
    );
    left = -1;
  };
}
