/** The response and its columns as files; nothing leaves the machine. */
import { type Inspection, inspectionCsv, inspectionJson } from '../../../inspect/export';
import { inspectionHtml } from '../../../inspect/export-html';
import { download } from '../../download';
import { inspectionOf } from '../export/inspection';
import { pictureOf } from '../export/picture';
import { useInspector } from '../store';
import { viewOf } from '../view';

export interface ExportKind {
  readonly name: string;
  readonly label: string;
  readonly doc: string;
  readonly type: string;
  make(inspection: Inspection): string | Promise<Uint8Array<ArrayBuffer>>;
}

export const EXPORTS: readonly ExportKind[] = [
  { name: 'json', label: 'JSON', doc: 'Everything, to be read back', type: 'application/json', make: inspectionJson },
  {
    name: 'csv',
    label: 'CSV',
    doc: 'A row for every token; texts stand as JSON strings in quotes, so that no spreadsheet takes one for a formula',
    type: 'text/csv',
    make: inspectionCsv,
  },
  { name: 'html', label: 'HTML page', doc: 'One file, without scripts', type: 'text/html', make: inspectionHtml },
  {
    name: 'png',
    label: 'PNG picture',
    doc: 'The tinted response with its legend',
    type: 'image/png',
    make(inspection) {
      const view = viewOf(useInspector.getState());
      if (!view) throw new Error('Nothing is scored yet.');
      return pictureOf(view, inspection);
    },
  },
];

export async function exportAs({ name, type, make }: ExportKind): Promise<void> {
  const inspection = inspectionOf(useInspector.getState());
  if (!inspection) return;
  try {
    download(`token-signals.${name}`, await make(inspection), type);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    useInspector.setState({ failure: { lane: 'export', kind: 'internal', message } });
  }
}
