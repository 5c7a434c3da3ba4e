// Puts the first key frame together from RTP packets: H.264 (RFC 6184) and H.265 (RFC 7798), as bytes that a decoder reads. Bounded; knows no socket.

export type VideoCodec = 'h264' | 'hevc';

export interface KeyFrame {
  readonly codec: VideoCodec;
  /** Units with start codes (Annex B), parameter sets first. */
  readonly bytes: Buffer;
}

const startCode = Buffer.from([0, 0, 0, 1]);
const mostBytes = 8_000_000;

export class KeyFrameCollector {
  readonly #codec: VideoCodec;
  readonly #parameterSets = new Map<number, Buffer>();
  #units: Buffer[] = [];
  #size = 0;
  #timestamp = -1;
  #hasKey = false;
  #fragment: Buffer[] | null = null;
  #nextNumber = -1;

  constructor(codec: VideoCodec, parameterSets: readonly Buffer[]) {
    this.#codec = codec;
    for (const unit of parameterSets) if (this.#isParameterSet(unit)) this.#parameterSets.set(this.#typeOf(unit), unit);
  }

  /** One RTP packet; the key frame once it is whole. A packet that was lost gives up the frame that it belonged to. */
  take(packet: Buffer): KeyFrame | null {
    const payload = payloadOf(packet);
    if (payload === null) return null;
    const number = packet.readUInt16BE(2);
    const timestamp = packet.readUInt32BE(4);
    const isLast = ((packet[1] ?? 0) & 0x80) !== 0;
    const isGap = this.#nextNumber >= 0 && number !== this.#nextNumber;
    this.#nextNumber = (number + 1) & 0xffff;
    if (timestamp !== this.#timestamp || isGap) {
      const whole = this.#hasKey && !isGap && this.#fragment === null ? this.#finish() : null;
      this.#begin(timestamp);
      if (whole !== null) return whole;
    }
    if (this.#codec === 'h264') this.#takeH264(payload);
    else this.#takeH265(payload);
    if (this.#size > mostBytes) this.#begin(timestamp);
    return isLast && this.#hasKey && this.#fragment === null ? this.#finish() : null;
  }

  #begin(timestamp: number): void {
    this.#timestamp = timestamp;
    this.#units = [];
    this.#size = 0;
    this.#hasKey = false;
    this.#fragment = null;
  }

  #finish(): KeyFrame {
    const sets = [...this.#parameterSets.values()];
    return { codec: this.#codec, bytes: Buffer.concat([...sets, ...this.#units].flatMap((unit) => [startCode, unit])) };
  }

  #add(unit: Buffer): void {
    if (unit.length === 0) return;
    if (this.#isParameterSet(unit)) {
      this.#parameterSets.set(this.#typeOf(unit), unit);
      return;
    }
    this.#units.push(unit);
    this.#size += unit.length;
    if (this.#isKey(unit)) this.#hasKey = true;
  }

  #typeOf(unit: Buffer): number {
    return this.#codec === 'h264' ? (unit[0] ?? 0) & 0x1f : ((unit[0] ?? 0) >> 1) & 0x3f;
  }

  #isParameterSet(unit: Buffer): boolean {
    const type = this.#typeOf(unit);
    return this.#codec === 'h264' ? type === 7 || type === 8 : type >= 32 && type <= 34;
  }

  #isKey(unit: Buffer): boolean {
    const type = this.#typeOf(unit);
    return this.#codec === 'h264' ? type === 5 : type >= 16 && type <= 21;
  }

  #takeH264(payload: Buffer): void {
    const type = (payload[0] ?? 0) & 0x1f;
    if (type === 24)
      this.#aggregate(payload, 1); // STAP-A
    else if (type === 28) {
      const marks = payload[1] ?? 0; // FU-A
      this.#part(marks, Buffer.from([((payload[0] ?? 0) & 0xe0) | (marks & 0x1f)]), payload.subarray(2));
    } else this.#add(payload);
  }

  #takeH265(payload: Buffer): void {
    const type = ((payload[0] ?? 0) >> 1) & 0x3f;
    if (type === 48) this.#aggregate(payload, 2);
    else if (type === 49) {
      const marks = payload[2] ?? 0;
      this.#part(marks, Buffer.from([((payload[0] ?? 0) & 0x81) | ((marks & 0x3f) << 1), payload[1] ?? 0]), payload.subarray(3));
    } else this.#add(payload);
  }

  #aggregate(payload: Buffer, headLength: number): void {
    for (let at = headLength; at + 2 <= payload.length; ) {
      const length = payload.readUInt16BE(at);
      this.#add(payload.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }

  #part(marks: number, header: Buffer, part: Buffer): void {
    if ((marks & 0x80) !== 0) this.#fragment = [header];
    if (this.#fragment === null) return;
    this.#fragment.push(part);
    this.#size += part.length;
    if ((marks & 0x40) === 0) return;
    const unit = Buffer.concat(this.#fragment);
    this.#size -= unit.length;
    this.#fragment = null;
    this.#add(unit);
  }
}

/** What follows the header, contributing sources and extension (RFC 3550, 5.1), without the padding. */
function payloadOf(packet: Buffer): Buffer | null {
  if (packet.length < 13 || (packet[0] ?? 0) >> 6 !== 2) return null;
  const first = packet[0] ?? 0;
  let start = 12 + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (packet.length < start + 4) return null;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  const end = (first & 0x20) !== 0 ? packet.length - (packet.at(-1) ?? 0) : packet.length;
  return start < end ? packet.subarray(start, end) : null;
}
