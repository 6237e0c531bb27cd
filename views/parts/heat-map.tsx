// When it is busy: a table of seven days by 24 hours, shaded, with each number in its cell for whoever cannot see shades.

import { number } from "../format.ts";

/** Seven rows from Monday, 24 hours each. */
export function HeatMap({ hours, caption }: { hours: number[][]; caption: string }) {
  const most = Math.max(1, ...hours.flat());
  const level = (n: number) => (n === 0 ? 0 : Math.min(5, Math.ceil((n / most) * 5)));
  return (
    <section class="heat-frame" tabindex={0} aria-label={caption}>
      <table class="heat">
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>
            <td />
            {Array.from({ length: 24 }, (_, hour) => (
              <th scope="col">
                <span class={hour % 6 === 0 ? undefined : "sr-only"}>{hour}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((row, day) => (
            <tr>
              <th scope="row">{days[day]}</th>
              {row.map((n, hour) => (
                <td class={`heat-${level(n)}`} title={`${days[day]} ${hour}:00: ${number(n)}`}>
                  <span>{short(n)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Cells are narrow. */
function short(n: number): string {
  if (n < 1000) return String(n);
  if (n < 9950) return `${(n / 1000).toFixed(1)}k`;
  return n < 999_500 ? `${Math.round(n / 1000)}k` : `${Math.round(n / 1_000_000)}M`;
}
