// Reads labels from NFC tags where the browser can (Web NFC): the tag holds the same text as the printed code.

interface TagRecord {
  readonly recordType: string;
  readonly encoding?: string;
  readonly data?: DataView;
}
interface TagReader {
  scan(options: { readonly signal: AbortSignal }): Promise<void>;
  onreading: ((event: { readonly message: { readonly records: readonly TagRecord[] } }) => void) | null;
}
interface WithTags {
  readonly NDEFReader?: new () => TagReader;
}

export const canReadTags = (globalThis as WithTags).NDEFReader !== undefined;

/** Until `signal` ends it. A phone that refuses simply reads none. */
export function readTags(onText: (text: string) => void, signal: AbortSignal): void {
  const { NDEFReader } = globalThis as WithTags;
  if (NDEFReader === undefined) return;
  const reader = new NDEFReader();
  reader.onreading = ({ message }) => {
    for (const record of message.records)
      if (record.recordType === 'text' && record.data !== undefined) onText(new TextDecoder(record.encoding).decode(record.data));
  };
  reader.scan({ signal }).catch(() => undefined);
}
