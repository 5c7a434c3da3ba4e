// The smallest honest H.264 encoder (ITU-T H.264, baseline profile): every macroblock of a key frame as raw samples (I_PCM), every picture between
// as "nothing changed" (P skip). Any decoder shows exactly the samples that went in. It does not compress: for the simulated cameras only.

/** Planar 4:2:0: luma at full size, chroma at half; width and height are multiples of 16. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
  readonly blue: Uint8Array;
  readonly red: Uint8Array;
}

class BitWriter {
  readonly #bytes: Buffer;
  #length = 0;
  #bit = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.alloc(capacity);
  }

  bits(value: number, count: number): void {
    for (let shift = count - 1; shift >= 0; shift -= 1) {
      if ((value >>> shift) & 1) this.#bytes[this.#length] = (this.#bytes[this.#length] ?? 0) | (0x80 >> this.#bit);
      this.#bit += 1;
      if (this.#bit === 8) {
        this.#bit = 0;
        this.#length += 1;
      }
    }
  }

  /** Exp-Golomb code of a number that is not negative (9.1). */
  unsigned(value: number): void {
    const width = 32 - Math.clz32(value + 1);
    this.bits(0, width - 1);
    this.bits(value + 1, width);
  }

  align(): void {
    if (this.#bit === 0) return;
    this.#bit = 0;
    this.#length += 1;
  }

  /** At a byte boundary. */
  copy(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** rbsp_trailing_bits (7.3.2.11), then the unit with its emulation prevention (7.4.1). */
  finish(header: number): Buffer {
    this.bits(1, 1);
    this.align();
    const payload = this.#bytes.subarray(0, this.#length);
    const unit = Buffer.alloc(1 + payload.length + Math.ceil(payload.length / 2));
    unit[0] = header;
    let length = 1;
    let zeros = 0;
    for (const byte of payload) {
      if (zeros === 2 && byte <= 3) {
        unit[length] = 3;
        length += 1;
        zeros = 0;
      }
      unit[length] = byte;
      length += 1;
      zeros = byte === 0 ? zeros + 1 : 0;
    }
    return unit.subarray(0, length);
  }
}

/** Sequence and picture parameter sets (7.3.2.1, 7.3.2.2): baseline, one reference, CAVLC, no deblocking control needed. */
export function parameterSets(width: number, height: number): { readonly sequence: Buffer; readonly picture: Buffer } {
  const sequence = new BitWriter(64);
  sequence.bits(66, 8); // baseline
  sequence.bits(0xc0, 8); // constrained
  sequence.bits(30, 8); // level 3.0
  sequence.unsigned(0); // seq_parameter_set_id
  sequence.unsigned(0); // log2_max_frame_num - 4
  sequence.unsigned(2); // pic_order_cnt_type: order of decoding
  sequence.unsigned(1); // max_num_ref_frames
  sequence.bits(0, 1); // no gaps in frame_num
  sequence.unsigned(width / 16 - 1);
  sequence.unsigned(height / 16 - 1);
  sequence.bits(1, 1); // frame_mbs_only
  sequence.bits(1, 1); // direct_8x8_inference
  sequence.bits(0, 1); // no cropping
  sequence.bits(0, 1); // no VUI
  const picture = new BitWriter(32);
  picture.unsigned(0); // pic_parameter_set_id
  picture.unsigned(0); // seq_parameter_set_id
  picture.bits(0, 1); // CAVLC
  picture.bits(0, 1);
  picture.unsigned(0); // one slice group
  picture.unsigned(0); // num_ref_idx_l0 - 1
  picture.unsigned(0);
  picture.bits(0, 1); // no weighted prediction
  picture.bits(0, 2);
  picture.unsigned(0); // se(0): pic_init_qp - 26
  picture.unsigned(0); // se(0)
  picture.unsigned(0); // se(0): chroma_qp_index_offset
  picture.bits(1, 1); // deblocking_filter_control_present
  picture.bits(0, 1);
  picture.bits(0, 1);
  return { sequence: sequence.finish(0x67), picture: picture.finish(0x68) };
}

/** One IDR picture (7.3.3, 7.3.5 with mb_type I_PCM). `idr` differs between two key frames that follow each other. */
export function keyFrame({ width, height, luma, blue, red }: Picture, idr: number): Buffer {
  const columns = width / 16;
  const rows = height / 16;
  const writer = new BitWriter(columns * rows * 390 + 64);
  writer.unsigned(0); // first_mb_in_slice
  writer.unsigned(7); // I, whole picture
  writer.unsigned(0);
  writer.bits(0, 4); // frame_num
  writer.unsigned(idr & 1);
  writer.bits(0, 2); // no long-term reference
  writer.unsigned(0); // se(0): slice_qp_delta
  writer.unsigned(1); // no deblocking
  const block = new Uint8Array(384);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      writer.unsigned(25); // I_PCM
      writer.align();
      for (let line = 0; line < 16; line += 1) {
        const at = (row * 16 + line) * width + column * 16;
        block.set(luma.subarray(at, at + 16), line * 16);
      }
      for (let line = 0; line < 8; line += 1) {
        const at = (row * 8 + line) * (width / 2) + column * 8;
        block.set(blue.subarray(at, at + 8), 256 + line * 8);
        block.set(red.subarray(at, at + 8), 320 + line * 8);
      }
      writer.copy(block);
    }
  return writer.finish(0x65);
}

/** A picture equal to the one before: every macroblock skipped. `frame` counts from 1 after the key frame. */
export function unchangedFrame(width: number, height: number, frame: number): Buffer {
  const writer = new BitWriter(32);
  writer.unsigned(0);
  writer.unsigned(5); // P, whole picture
  writer.unsigned(0);
  writer.bits(frame & 15, 4); // frame_num
  writer.bits(0, 1); // num_ref_idx_active_override
  writer.bits(0, 1); // no list modification
  writer.bits(0, 1); // sliding window
  writer.unsigned(0); // se(0)
  writer.unsigned(1); // no deblocking
  writer.unsigned((width / 16) * (height / 16)); // mb_skip_run
  return writer.finish(0x41);
}
