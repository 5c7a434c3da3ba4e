// Finds a QR code in what the camera sees: by the browser's own detector where it has one, else by a decoder that is loaded when it is first needed.

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}
interface WithDetector {
  readonly BarcodeDetector?: {
    new (options: { readonly formats: readonly string[] }): Detector;
    getSupportedFormats(): Promise<readonly string[]>;
  };
}

/** Text of the code in the picture; null where none is to be read. */
export type ReadPicture = (source: HTMLVideoElement | ImageBitmap) => Promise<string | null>;

/** Enough for a label that fills a quarter of the picture, and fast on an old phone. */
const longestSidePx = 900;

let reader: Promise<ReadPicture> | null = null;

export function pictureReader(): Promise<ReadPicture> {
  reader ??= openReader();
  return reader;
}

async function openReader(): Promise<ReadPicture> {
  const { BarcodeDetector } = globalThis as WithDetector;
  const formats: readonly string[] | undefined = await BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (BarcodeDetector !== undefined && formats?.includes('qr_code') === true) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    return async (source) => (await detector.detect(source).catch(() => []))[0]?.rawValue ?? null;
  }
  const { default: decode } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async (source) => {
    const [width, height] = source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
    if (context === null || width === 0 || height === 0) return null;
    const scale = Math.min(1, longestSidePx / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    try {
      return decode({ width: canvas.width, height: canvas.height, data });
    } catch {
      return null;
    }
  };
}
