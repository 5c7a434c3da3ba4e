// The smallest PMTiles archive (version 3) with a picture in it: one vector tile of the whole world whose eastern half is water. Made byte by byte, so that
// the test needs no tool and no download.

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return [...bytes, rest];
}
const field = (number: number, content: number[] | string): number[] => {
  const bytes = typeof content === 'string' ? [...Buffer.from(content)] : content;
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
};
const numberField = (number: number, value: number): number[] => [...varint(number << 3), ...varint(value)];
const zigzag = (value: number): number => (value << 1) ^ (value >> 31);

/** A tile of one layer `water` with one polygon: from the middle to the eastern edge. */
function waterTile(): number[] {
  const half = 2_048;
  const command = (id: number, count: number): number => (count << 3) | id;
  const geometry = [
    command(1, 1),
    zigzag(half),
    zigzag(0),
    command(2, 3),
    zigzag(half),
    zigzag(0),
    zigzag(0),
    zigzag(4_096),
    zigzag(-half),
    zigzag(0),
    command(7, 1),
  ];
  const feature = [...numberField(3, 3), ...field(4, geometry.flatMap(varint))];
  const layer = [...field(1, 'water'), ...field(2, feature), ...numberField(5, 4_096), ...numberField(15, 2)];
  return field(3, layer);
}

export function tinyTiles(): Buffer {
  const tile = Buffer.from(waterTile());
  const metadata = Buffer.from(JSON.stringify({ name: 'tiny', vector_layers: [{ id: 'water', fields: {} }] }));
  // One entry: tile 0, run of 1, its length, offset 0 (written as 1).
  const directory = Buffer.from([...varint(1), ...varint(0), ...varint(1), ...varint(tile.length), ...varint(1)]);
  const header = Buffer.alloc(127);
  header.write('PMTiles', 0);
  header.writeUInt8(3, 7);
  const rootAt = header.length;
  const metadataAt = rootAt + directory.length;
  const tileAt = metadataAt + metadata.length;
  const numbers = [rootAt, directory.length, metadataAt, metadata.length, tileAt, 0, tileAt, tile.length, 1, 1, 1];
  numbers.forEach((value, index) => {
    header.writeBigUInt64LE(BigInt(value), 8 + index * 8);
  });
  header.writeUInt8(1, 96); // clustered
  header.writeUInt8(1, 97); // directories are not compressed
  header.writeUInt8(1, 98); // nor tiles
  header.writeUInt8(1, 99); // vector tiles
  header.writeUInt8(0, 100); // zoom from
  header.writeUInt8(0, 101); // to
  [-180, -85, 180, 85].forEach((degrees, index) => {
    header.writeInt32LE(degrees * 10_000_000, 102 + index * 4);
  });
  header.writeUInt8(0, 118);
  return Buffer.concat([header, directory, metadata, tile]);
}
