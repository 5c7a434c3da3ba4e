// Turns the report into a PDF with its Chinese type inside: readable on paper and where no font is installed. Needs no browser and no network.
import { fileURLToPath } from 'node:url';
import pdfmake from 'pdfmake';
import { type ReportFacts, reportDocument } from './report-document.ts';

const fonts = new URL('../fonts/', import.meta.resolve('@embedpdf/fonts-sc'));
const regular = fileURLToPath(new URL('NotoSansHans-Regular.otf', fonts));
const bold = fileURLToPath(new URL('NotoSansHans-Bold.otf', fonts));

pdfmake.setFonts({ Noto: { normal: regular, bold, italics: regular, bolditalics: bold } });
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((file) => file === regular || file === bold);

export async function writeReport(facts: ReportFacts): Promise<Uint8Array> {
  return pdfmake.createPdf(reportDocument(facts)).getBuffer();
}
