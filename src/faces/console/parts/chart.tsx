import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { numberText, timeText } from '../i18n/format.ts';
import { language, locale, t } from '../i18n/translate.ts';
import { theme } from '../live/theme.ts';
import { ScrollBox } from './scroll-box.tsx';

export interface Series {
  readonly label: string;
  /** Name of the CSS variable with its colour, such as `--blue-fill`. */
  readonly colour: string;
  readonly values: readonly number[];
}

export interface ChartProps {
  readonly title: string;
  /** Epoch milliseconds, rising; each stands for the time until the next. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly zone: string;
  /** How long one bar lasts. */
  readonly stepMs: number;
}

const HEIGHT = 190;
/** Of the room of a bar, how much it fills, and how wide it may become. */
const BAR_SHARE = 0.8;
const BAR_WIDTH_MAX = 48;

function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axes(zone: string): uPlot.Axis[] {
  const [ink, grid] = [cssColour('--muted'), cssColour('--line')];
  const font = '12px system-ui, sans-serif';
  const plain = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const clock = new Intl.DateTimeFormat(locale(), {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const day = new Intl.DateTimeFormat(locale(), { timeZone: zone, month: 'short', day: 'numeric' });
  return [
    {
      ...plain,
      space: 64,
      values: (_, splits) => {
        let before = '';
        return splits.map((at) => {
          const date = day.format(at * 1000);
          const text = date === before ? clock.format(at * 1000) : `${clock.format(at * 1000)}\n${date}`;
          before = date;
          return text;
        });
      },
    },
    {
      ...plain,
      size: 52,
      values: (_, splits) => splits.map((value) => (value % 1 === 0 ? numberText(value) : '')),
    },
  ];
}

function options(props: ChartProps, width: number): uPlot.Options {
  const bars = uPlot.paths.bars?.({ size: [BAR_SHARE, BAR_WIDTH_MAX], align: 1 });
  const last = (props.times.at(-1) ?? 0) + props.stepMs;
  return {
    width,
    height: HEIGHT,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), props.zone),
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [(props.times[0] ?? 0) / 1000, last / 1000] },
      y: { range: (_, __, max) => [0, Math.max(max * 1.08, 4)] },
    },
    axes: axes(props.zone),
    series: [
      {},
      ...props.series.map(({ label, colour }) => ({
        label,
        stroke: cssColour(colour),
        fill: cssColour(colour),
        width: 0,
        points: { show: false },
        ...(bars !== undefined && { paths: bars }),
      })),
    ],
  };
}

/** The same figures as a table: for those who cannot see the drawing, and for those who want the digits. */
function Figures({ title, times, series, zone }: ChartProps) {
  return (
    <details class="hours">
      <summary class="small">{t('chart.figures')}</summary>
      <ScrollBox label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('chart.from')}</th>
              {series.map(({ label }) => (
                <th key={label} scope="col" class="numeric">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((at, index) => (
              <tr key={at}>
                <td>{timeText(new Date(at).toISOString(), zone)}</td>
                {series.map(({ label, values }) => (
                  <td key={label} class="numeric">
                    {numberText(values[index] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}

/** Bars over time. Series stand before one another, the later in front, so the later ones must be parts of the first. */
export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const data = JSON.stringify([props.times, props.series.map(({ values }) => values)]);
  const look = `${theme.value} ${language.value} ${props.zone} ${data}`;
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const element = box.current;
    if (element === null || look === '') return;
    const { times, series } = latest.current;
    const columns: uPlot.AlignedData = [
      times.map((at) => at / 1000),
      ...series.map(({ values }) => [...values]),
    ];
    const plot = new uPlot(options(latest.current, element.clientWidth), columns, element);
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [look]);
  return (
    <figure class="chart">
      <div class="chart-box" ref={box} role="img" aria-label={props.title} />
      <figcaption>
        <ul class="legend">
          {props.series.map(({ label, colour }) => (
            <li key={label}>
              <span class={`swatch ${colour.replace(/^--(\w+)-fill$/, 'fill-$1')}`} />
              {label}
            </li>
          ))}
        </ul>
      </figcaption>
      <Figures {...props} />
    </figure>
  );
}
