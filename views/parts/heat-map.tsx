// When it is busy: a table of seven days by 24 hours, shaded, with each number in its cell for whoever cannot see shades. On
// phones it stands upright.

import { number } from "../format.ts";

/** Seven rows from Monday, 24 hours each. */
export function HeatMap({ hours, caption }: { hours: number[][]; caption: string }) {
  const most = Math.max(1, ...hours.flat());
  const level = (n: number) => (n === 0 ? 0 : Math.min(5, Math.ceil((n / most) * 5)));
  return (
    <div class="heat-frame">
      <table class="heat">
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>
            <td />
            {Array.from({ length: 24 }, (_, hour) => (
              <th scope="col">
                <span>{hour}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((row, day) => (
            <tr>
              <th scope="row">
                <span>{days[day]}</span>
              </th>
              {row.map((n) => (
                <td class={`heat-${level(n)}`} title={n < 1000 ? undefined : number(n)}>
                  <span>{short(n)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** `Most is done on Wednesdays from 21:00 to 22:00.` */
export function busiestWords(hours: number[][]): string | null {
  const most = Math.max(...hours.flat());
  if (most === 0) return null;
  const day = hours.findIndex((row) => row.includes(most));
  const hour = hours[day]!.indexOf(most);
  return `Most on ${fullDays[day]}s from ${hour}:00 to ${hour + 1}:00.`;
}

const fullDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const days = fullDays.map((day) => day.slice(0, 3));

/** Cells are narrow. */
function short(n: number): string {
  if (n < 1000) return String(n);
  if (n < 9950) return `${(n / 1000).toFixed(1)}k`;
  return n < 999_500 ? `${Math.round(n / 1000)}k` : `${Math.round(n / 1_000_000)}M`;
}
