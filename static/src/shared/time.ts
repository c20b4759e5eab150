/** Times and durations in words: pure, the moment is always given. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long, in at most two units: "40 ms", "2.4 s", "12 s", "3 min 05 s", "2 h 14 min", "5 d 3 h". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${pad(whole % MINUTE)} s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${pad(Math.floor((whole % HOUR) / MINUTE))} min`;
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** How long, in its largest unit alone: "40 ms", "12 s", "3 min", "2 h", "5 d". */
export function roughly(milliseconds: number): string {
  const whole = duration(milliseconds);
  const [number, unit] = whole.split(" ");
  return `${number} ${unit}`;
}

/** How long ago, or until when: "just now", "4 min ago", "in 3 h", a week away the date. */
export function age(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000;
  if (seconds < -MINUTE) return until(at, -seconds);
  if (seconds < 45) return "just now";
  if (seconds < HOUR) return `${Math.max(1, Math.round(seconds / MINUTE))} min ago`;
  if (seconds < DAY) return `${Math.round(seconds / HOUR)} h ago`;
  if (seconds < 7 * DAY) return `${Math.round(seconds / DAY)} d ago`;
  return day(at);
}

function until(at: Date, seconds: number): string {
  if (seconds < HOUR) return `in ${Math.round(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `in ${Math.round(seconds / HOUR)} h`;
  if (seconds < 7 * DAY) return `in ${Math.round(seconds / DAY)} d`;
  return day(at);
}

function day(at: Date): string {
  return at.toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
}

/** Date and time in the reader's zone and locale, to the second. */
export function exact(at: Date): string {
  return at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** hh:mm:ss in the reader's zone. */
export function clock(at: Date): string {
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

/** How long a step took, or for how many seconds it has been running by `now`; nothing where it never started. */
export function elapsed(
  startedAt: string | null,
  finishedAt: string | null,
  now: Date,
  form: "full" | "rough" = "full",
): string | null {
  if (!startedAt) return null;
  const began = new Date(startedAt).getTime();
  const took = finishedAt ? new Date(finishedAt).getTime() - began : now.getTime() - began;
  // A clock that ticks each second knows no milliseconds.
  if (!finishedAt && took < 10_000) return `${Math.max(0, Math.floor(took / 1000))} s`;
  return form === "rough" ? roughly(took) : duration(took);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
