/** Charts as SVG by ECharts, drawn here and not in the browser: no script on the page. Colours are the page's own variables. */
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, use, type ComposeOption } from 'echarts/core';
import type { BarSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import type { GridComponentOption, LegendComponentOption, MarkLineComponentOption } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml, Html } from './html';
import { plain } from './words';

use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | LineSeriesOption
  | ScatterSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | MarkLineComponentOption
>;

/** Small enough for a phone: the page scales them up, never down by much. */
export const CHART_WIDTH = 340;
export const CHART_HEIGHT = 190;
/** In ECharts' own measure: a 320 px wide screen shows it as about 10 px. */
export const CHART_FONT_SIZE = 12;

/** Never `inherit`: inside the shorthand that ECharts writes it makes the whole of it invalid. */
const CHART_FONT = 'system-ui, sans-serif';

export const CHART_COLORS = {
  line: 'var(--accent)',
  second: 'var(--accent-soft)',
  text: 'var(--muted)',
  rule: 'var(--line)',
  wrong: 'var(--wrong)',
  paper: 'var(--paper)',
} as const;

export interface SvgChart {
  /** Unique on the page. */
  readonly id: string;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** @default - CHART_HEIGHT */
  readonly height?: number;
  readonly option: ChartOption;
}

export function svgChart({ id, label, height = CHART_HEIGHT, option }: SvgChart): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { color: CHART_COLORS.text, fontFamily: CHART_FONT, fontSize: CHART_FONT_SIZE },
      ...option,
    });
    return new Html(ownSvg(chart.renderToSVGString(), id, label));
  } finally {
    chart.dispose();
  }
}

/** Without what only ECharts' own script in a browser would use; ids that are the same each time and unique on the page. */
function ownSvg(svg: string, id: string, label: string): string {
  return svg
    .replaceAll(/ ecmeta_\w+="[^"]*"/g, '')
    .replaceAll(/ pointer-events="visible"/g, '')
    .replaceAll(/ class="zr\d+-cls-\d+"/g, '')
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replaceAll(/\bzr\d+-/g, `${id}-`)
    .replace(
      /^<svg width="\d+" height="\d+"/,
      `<svg role="img" aria-label="${escapeHtml(plain(label))}" class="chart"`,
    );
}
