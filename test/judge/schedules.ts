// Which schedules kube-state-metrics reads in another way than the controller of CronJobs.

/** How many values the fields have: minutes, hours, days, months, days of the week. */
const SIZES = [60, 24, 31, 12, 7];
/** A name that the controller does not know. */
const NAME = '@triggered';
/** Clocks are set forward by less. */
const GAP_SECONDS_MAX = 3 * 3_600;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Told by the text alone: both days, steps beyond the range, `7`, wrap-around, a name. */
export function isReadOtherwise(schedule: string): boolean {
  const text = schedule.trim();
  if (text.startsWith('@')) return text === NAME;
  const fields = text.replace(/^(CRON_)?TZ=\S+\s+/, '').split(/\s+/);
  if (fields.length !== SIZES.length) return false;
  const [, , monthDay = '*', , weekDay = '*'] = fields;
  if (isNarrow(monthDay) && isNarrow(weekDay)) return true;
  return fields.some((field, i) =>
    field.split(',').some((part) => isOddPart(part, SIZES[i] as number, i === SIZES.length - 1)),
  );
}

const isNarrow = (field: string): boolean => !/^[*?]/.test(field) || field.includes('/');

function isOddPart(part: string, size: number, isWeekDay: boolean): boolean {
  const [range = '', step] = part.split('/');
  if (step !== undefined && Number(step) >= size) return true;
  const [from = '', to = from] = range.toLowerCase().split('-').map(numbered);
  return Number(from) > Number(to) || (isWeekDay && (from === '7' || to === '7'));
}

const numbered = (text: string): string => {
  const day = DAYS.indexOf(text);
  return day < 0 ? text : String(day);
};

/** Whether clocks in the zone were set forward shortly before that second. */
export function isAfterGap(seconds: number, timeZone: string): boolean {
  return offsetAt(seconds, timeZone) > offsetAt(seconds - GAP_SECONDS_MAX, timeZone);
}

/** Minutes ahead of UTC. */
function offsetAt(seconds: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const parts = format.formatToParts(seconds * 1_000);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = 0, minutes = 0] = /([+-])(\d+):(\d+)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
