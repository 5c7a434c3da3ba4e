// A bundle whose container and manifest hold: where each of its files lies.
import type { Manifest } from './bundle.ts';
import type { ByteSource, PlacedFile } from './bundle-source.ts';

export interface OpenBundle {
  readonly source: ByteSource;
  readonly manifest: Manifest;
  /** Throws where the bundle has no such file: that is a thing that does not hold. */
  readonly place: (name: string) => PlacedFile;
  readonly has: (name: string) => boolean;
}
