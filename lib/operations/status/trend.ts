/** A measure over the days of the status as a line, with the objective it is held to. Pure. */
import type { LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import { STATUS_DAYS } from '../../contract/status';
import { niceSteps, type Unit } from './chart-scale';
import type { Html } from './html';
import { CHART_COLORS, CHART_FONT_SIZE, svgChart, type ChartOption } from './svg-chart';

const DAY_MS = 86_400_000;
/** Above so many points their own marks would be a smear. */
const MARKED_POINTS_MAX = 45;

export type Reading = readonly [at: string, value: number];

export interface Trend {
  readonly id: string;
  readonly label: string;
  readonly unit: Unit;
  /** Oldest first. */
  readonly readings: readonly Reading[];
  /** Where something failed: on the ground line. @default - nowhere */
  readonly failures?: readonly string[];
  /** A line that the measure should stay below. @default - none */
  readonly objective?: { readonly value: number; readonly text: string };
  readonly madeAt: string;
}

export function trendChart(trend: Trend): Html {
  return svgChart({ id: trend.id, label: trend.label, option: optionOf(trend) });
}

function optionOf(trend: Trend): ChartOption {
  const { unit, madeAt, readings, objective } = trend;
  const end = Date.parse(madeAt);
  const label = { color: CHART_COLORS.text, fontSize: CHART_FONT_SIZE };
  const { step, top } = niceSteps(
    unit,
    Math.max(objective?.value ?? 0, ...readings.map(([, value]) => value)),
  );
  return {
    grid: {
      left: 8,
      right: 16,
      top: 14,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'time',
      min: end - STATUS_DAYS * DAY_MS,
      max: end,
      axisLine: { lineStyle: { color: CHART_COLORS.rule } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { ...label, customValues: weeks(end), formatter: dayName },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: top,
      interval: step,
      axisLabel: { ...label, formatter: unit.write },
      splitLine: { lineStyle: { color: CHART_COLORS.rule } },
    },
    series: [line(trend), ...failureMarks(trend)],
  };
}

function line({ readings, objective }: Trend): LineSeriesOption {
  return {
    type: 'line',
    data: readings.map(([at, value]) => [Date.parse(at), value]),
    showSymbol: readings.length <= MARKED_POINTS_MAX,
    symbol: 'circle',
    symbolSize: 4,
    lineStyle: { color: CHART_COLORS.line, width: 2 },
    itemStyle: { color: CHART_COLORS.line },
    areaStyle: { color: CHART_COLORS.line, opacity: 0.1 },
    ...(objective && {
      markLine: {
        symbol: 'none',
        silent: true,
        data: [{ yAxis: objective.value }],
        lineStyle: { color: CHART_COLORS.text, type: 'dashed', width: 1.5 },
        label: {
          formatter: objective.text,
          position: 'insideStartTop',
          color: CHART_COLORS.text,
          fontSize: CHART_FONT_SIZE,
        },
      },
    }),
  };
}

function failureMarks({ failures = [] }: Trend): ScatterSeriesOption[] {
  if (failures.length === 0) return [];
  const data = failures.map((at) => [Date.parse(at), 0]);
  return [
    { type: 'scatter', data, symbol: 'triangle', symbolSize: 11, itemStyle: { color: CHART_COLORS.wrong } },
  ];
}

/** A label each week, the last one a little before the edge. */
function weeks(end: number): number[] {
  const midnight = end - (end % DAY_MS);
  return [28, 21, 14, 7, 0].map((days) => midnight - days * DAY_MS);
}

function dayName(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
