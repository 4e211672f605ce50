const TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/;

/** Seconds of "2017-10-07 01:12:09" since 1970 as if in UTC; the log does not say its zone. Undefined where it is no time. */
export function phillyTimeSec(text: string): number | undefined {
  const [year, month, day, hour, minute, second] = TIME.exec(text)?.slice(1).map(Number) ?? [];
  if (second === undefined) return undefined;
  const isTime = hour! < 24 && minute! < 60 && second < 60 && year! >= 1970;
  if (!isTime || month! < 1 || month! > 12 || day! < 1 || day! > daysOf(year!, month!)) return undefined;
  return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1_000;
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
