/** The comparison as files, by the same code as the command `report`. */
import { type Chart, draw, WIDTH } from '../../report/chart';
import { curvesCsv, resultsCsv } from '../../report/csv';
import { reportHtml } from '../../report/html';
import type { ReportModel } from '../../report/model';
import { svgFile } from '../../report/shape';
import { download, downloadBlob } from '../download';

export const saveHtml = (model: ReportModel): void =>
  download('report.html', reportHtml(model, { title: 'Runs compared' }), 'text/html');
export const saveCurves = (model: ReportModel): void => download('curves.csv', curvesCsv(model), 'text/csv');
export const saveResults = (model: ReportModel): void => download('results.csv', resultsCsv(model), 'text/csv');

export function saveSvg(chart: Chart): void {
  const drawing = draw(chart);
  if (drawing) download(`${chart.id}.svg`, svgFile(drawing), 'image/svg+xml');
}

/** Pixels for a unit of the drawing. */
const SCALE = 2;

/** As it is on screen: in the page's ink on its surface. */
export async function savePng(chart: Chart): Promise<void> {
  const drawing = draw(chart);
  if (!drawing) return;
  const { color, backgroundColor } = getComputedStyle(document.body);
  const height = Number(String(drawing.attributes.viewBox).split(' ')[3]);
  const sized = { ...drawing, attributes: { ...drawing.attributes, width: WIDTH * SCALE, height: height * SCALE } };
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svgFile(sized, color))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH * SCALE, height: height * SCALE });
  const paper = canvas.getContext('2d') as CanvasRenderingContext2D;
  paper.fillStyle = backgroundColor;
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0);
  canvas.toBlob((blob) => blob && downloadBlob(`${chart.id}.png`, blob), 'image/png');
}
