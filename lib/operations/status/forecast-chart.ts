/** Now and in 90 days, side by side: a pair of bars for each of the largest databases. Pure. */
import type { DatabaseStatus } from '../../contract/status';
import type { Unit } from './chart-scale';
import type { Html } from './html';
import { CHART_COLORS, CHART_FONT_SIZE, svgChart, type ChartOption } from './svg-chart';
import { plain } from './words';

export const FORECAST_BARS_MAX = 8;
const BAR_HEIGHT = 40;
const NAME_CHARACTERS = 14;

export interface ForecastChart {
  readonly id: string;
  readonly label: string;
  readonly unit: Unit;
  /** The largest first. */
  readonly databases: readonly DatabaseStatus[];
  readonly now: (database: DatabaseStatus) => number;
  readonly forecast: (database: DatabaseStatus) => number | null;
}

export function forecastChart(chart: ForecastChart): Html {
  const shown = chart.databases.slice(0, FORECAST_BARS_MAX);
  return svgChart({
    id: chart.id,
    label: chart.label,
    height: 44 + shown.length * BAR_HEIGHT,
    option: optionOf({ ...chart, databases: shown }),
  });
}

function optionOf({ databases, unit, now, forecast }: ForecastChart): ChartOption {
  const text = { color: CHART_COLORS.text, fontSize: CHART_FONT_SIZE };
  const written = ({ value }: { readonly value?: unknown }) =>
    typeof value === 'number' ? unit.write(value) : '';
  const bar = {
    type: 'bar',
    barMaxWidth: 13,
    barGap: '15%',
    label: { show: true, position: 'right', ...text, formatter: written },
  } as const;
  return {
    legend: {
      top: 0,
      left: 0,
      itemWidth: 12,
      itemHeight: 12,
      selectedMode: false,
      textStyle: text,
      icon: 'rect',
    },
    grid: {
      left: 4,
      right: 74,
      top: 30,
      bottom: 2,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: { type: 'value', min: 0, axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: databases.map(({ name }) => plain(name, NAME_CHARACTERS)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: CHART_COLORS.rule } },
      axisLabel: text,
    },
    series: [
      { ...bar, name: 'now', data: databases.map(now), itemStyle: { color: CHART_COLORS.line } },
      {
        ...bar,
        name: 'in 90 days',
        data: databases.map((database) => forecast(database) ?? '-'),
        itemStyle: { color: CHART_COLORS.second, borderColor: CHART_COLORS.line, borderWidth: 1 },
      },
    ],
  };
}
