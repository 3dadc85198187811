// Draws <div data-chart='{"kind", "series", "labels", "values", "links"}'>: kind line, bar (lying) or column.
// Colours are those of the design system, so that light, dark and paper look right; a click leads to the cases.
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const probe = document.createElement('span');
const colour = (name) => {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
};

// Every name of a bar or column is shown: lying bars cut long ones, columns break theirs over lines.
function fitting(kind, room) {
  if (kind === 'line') return {};
  return { interval: 0, ...(kind === 'bar' ? { width: 130, overflow: 'truncate' } : { width: room, overflow: 'break' }) };
}

function option({ kind, series, labels, values, links }, width) {
  const lying = kind === 'bar';
  const text = { color: colour('--ink-2'), fontFamily: getComputedStyle(document.body).fontFamily };
  const names = {
    type: 'category',
    data: labels,
    inverse: lying,
    axisLabel: { ...text, ...fitting(kind, Math.max(36, (width - 60) / labels.length - 6)) },
    axisLine: { lineStyle: { color: colour('--line-strong') } },
    axisTick: { show: false },
  };
  const counts = { type: 'value', minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: colour('--line') } } };
  return {
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    color: [colour('--series-1'), colour('--series-2')],
    textStyle: text,
    grid: { left: 8, right: lying ? 40 : 16, top: series.length > 1 ? 36 : 12, bottom: 8, outerBoundsMode: 'same', outerBounds: { left: 0, right: 8, top: 0, bottom: 0 } },
    legend: series.length > 1 ? { textStyle: text, top: 0, right: 8, icon: 'roundRect' } : undefined,
    tooltip: { trigger: 'axis', axisPointer: { type: kind === 'line' ? 'line' : 'shadow' }, backgroundColor: colour('--surface'), borderColor: colour('--line'), textStyle: { color: colour('--ink') } },
    xAxis: lying ? counts : names,
    yAxis: lying ? names : counts,
    series: series.map((name, number) => ({
      name,
      type: kind === 'line' ? 'line' : 'bar',
      // what leads nowhere is paler
      data: values[number].map((value, row) => (kind === 'line' || links[row] ? value : { value, itemStyle: { color: colour('--line-strong') } })),
      barMaxWidth: 22,
      symbol: number ? 'rect' : 'circle',
      symbolSize: 7,
      lineStyle: { width: 2.5, type: number ? 'dashed' : 'solid' },
      label: kind === 'line' ? undefined : { show: true, position: lying ? 'right' : 'top', color: colour('--ink') },
      cursor: 'default',
    })),
  };
}

export function draw(box) {
  document.body.append(probe);
  const data = JSON.parse(box.dataset.chart);
  if (data.kind === 'bar') box.style.height = `${Math.max(8, 2 + 1.9 * data.labels.length)}rem`;
  const chart = init(box, undefined, { renderer: 'svg' });
  const paint = () => chart.setOption(option(data, box.clientWidth), true);
  paint();
  chart.on('click', ({ dataIndex }) => {
    if (data.links[dataIndex]) location.assign(data.links[dataIndex]);
  });
  chart.on('mousemove', ({ dataIndex }) => chart.getZr().setCursorStyle(data.links[dataIndex] ? 'pointer' : 'default'));
  new ResizeObserver(() => {
    chart.resize();
    paint();
  }).observe(box);
  for (const query of ['(prefers-color-scheme: dark)', 'print']) matchMedia(query).addEventListener('change', paint);
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  box.dataset.ready = 'yes';
}
